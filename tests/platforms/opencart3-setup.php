<?php

// Writes the two configuration files of OpenCart 3: php opencart3-setup.php FOLDER URL DB-PORT

declare(strict_types=1);

PHP_SAPI === 'cli' || exit;

[, $folder, $url, $port] = $argv;
foreach (['' => 'catalog', 'admin/' => 'admin'] as $part => $application) {
    $constants = [
        'HTTP_SERVER' => "$url/$part", 'HTTPS_SERVER' => "$url/$part", 'DIR_APPLICATION' => "$folder/$application/",
        'DIR_SYSTEM' => "$folder/system/", 'DIR_IMAGE' => "$folder/image/", 'DIR_STORAGE' => "$folder/system/storage/",
        'DIR_LANGUAGE' => "$folder/$application/language/", 'DIR_CONFIG' => "$folder/system/config/",
        'DIR_TEMPLATE' => "$folder/$application/view/" . ($part === '' ? 'theme/' : 'template/'),
        'DB_DRIVER' => 'mysqli', 'DB_HOSTNAME' => '127.0.0.1', 'DB_USERNAME' => 'root', 'DB_PASSWORD' => '',
        'DB_DATABASE' => 'shop', 'DB_PREFIX' => 'oc_', 'DB_PORT' => $port,
    ];
    foreach (['cache', 'download', 'logs', 'modification', 'session', 'upload'] as $name) {
        $constants['DIR_' . strtoupper($name)] = "$folder/system/storage/$name/";
    }
    if ($part !== '') {
        $constants += [
            'HTTP_CATALOG' => "$url/", 'HTTPS_CATALOG' => "$url/", 'DIR_CATALOG' => "$folder/catalog/",
            'OPENCART_SERVER' => 'https://www.opencart.com/',
        ];
    }
    $text = "<?php\n";
    foreach ($constants as $name => $value) {
        $text .= "define('$name', '$value');\n";
    }
    file_put_contents("$folder/{$part}config.php", $text);
}
