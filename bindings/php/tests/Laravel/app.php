<?php

declare(strict_types=1);

// A Laravel application, served by `php -S` from a folder that LaravelTest makes. GET /begin?token=… begins a payment, POST
// /resend is the button.

if (getenv('PAYWALL_TEST_PAGE') === false) {
    exit;
}

use Illuminate\Contracts\Http\Kernel as Contract;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Http\Kernel;
use Illuminate\Http\Request;
use Illuminate\Session\Middleware\StartSession;
use Paywall\Laravel\PendingPayments;
use Paywall\Laravel\ResendOtpController;

error_reporting(E_ALL & ~E_DEPRECATED);
require '/usr/share/php/Illuminate/autoload.php';
// As Composer does it.
spl_autoload_register(static function (string $class): void {
    $file = getenv('PAYWALL_PACKAGE') . '/laravel/src/' . substr($class, strlen('Paywall\\Laravel\\')) . '.php';
    if (strncmp($class, 'Paywall\\Laravel\\', 16) === 0 && is_file($file)) {
        require $file;
    }
});
require getenv('PAYWALL_PACKAGE') . '/autoload.php';

$app = new Application(getcwd());
$app->singleton(Contract::class, Kernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
if (PHP_SAPI === 'cli') {
    // php app.php COMMAND: as artisan does it.
    $app->singleton(Illuminate\Contracts\Console\Kernel::class, Illuminate\Foundation\Console\Kernel::class);
    exit($app->make(Illuminate\Contracts\Console\Kernel::class)->handle(
        new Symfony\Component\Console\Input\ArgvInput(),
        new Symfony\Component\Console\Output\ConsoleOutput()
    ));
}
$app->booted(static function (Application $app): void {
    $router = $app->make('router');
    $router->get('/begin', static function (Request $request, PendingPayments $payments): string {
        $payments->begin((string) $request->query('token'), '6489433e-f36b-1410-825e-001264113a90');
        return 'begun';
    })->middleware(StartSession::class);
    $router->get('/tokens', static function (PendingPayments $payments): array {
        return [$payments->tokens((string) $payments->id())];
    })->middleware(StartSession::class);
    $router->get('/finish', static function (PendingPayments $payments): string {
        $payments->finish();
        return 'finished';
    })->middleware(StartSession::class);
    $router->post('/resend', ResendOtpController::class)->middleware(StartSession::class);
});
$kernel = $app->make(Contract::class);
$kernel->handle(Request::capture())->send();
