<?php

declare(strict_types=1);

// The request that every client sends, and what is read of the answer.

/** @return string[] */
function head(): array
{
    return file(getenv('BENCH_HEAD'), FILE_IGNORE_NEW_LINES);
}

/** @return array<int, mixed> */
function options(): array
{
    return [
        CURLOPT_URL => getenv('BENCH_URL'),
        CURLOPT_CAINFO => getenv('BENCH_CA'),
        CURLOPT_HTTPHEADER => head(),
        CURLOPT_POSTFIELDS => file_get_contents(getenv('BENCH_BODY')),
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 20,
    ];
}

/** @param string|false $answer */
function token($answer): string
{
    $envelope = json_decode((string) $answer, true, 512, JSON_THROW_ON_ERROR);
    return $envelope['Body']['Masterpass']['Result']['Token'];
}
