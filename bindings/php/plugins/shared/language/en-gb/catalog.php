<?php

$_['heading_title'] = 'Masterpass';
$_['text_title'] = 'Masterpass';
