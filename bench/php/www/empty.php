<?php

declare(strict_types=1);

// What a page costs that calls nobody.

echo 'b1b9baa4018d4f17b1fd85592344b09a';
