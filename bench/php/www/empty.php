<?php

declare(strict_types=1);

// What a page costs that calls nobody.

// Nothing happens if the web asks for this file where nothing is measured.
if (getenv('BENCH_URL') === false) {
    exit;
}

echo 'b1b9baa4018d4f17b1fd85592344b09a';
