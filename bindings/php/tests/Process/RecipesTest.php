<?php

declare(strict_types=1);

namespace Paywall\Tests\Process;

use Paywall\Tests\Sandbox;

/**
 * The button of each shop: what it shows and stores for each action, and that two clicks send only once.
 */
final class RecipesTest extends ProcessTestCase
{
    /** Token => what the page shows, whether a new token is stored, whether a new session is stored. */
    private const EXPECTED = [
        'sbx_ok_5001' => ['code', true, false],
        'sbx_ok_0000' => ['code', false, false],
        'sbx_renewed' => ['code', true, true],
        'sbx_upstream' => ['code', false, false],
        'sbx_reset_after' => ['code', false, false],
        'sbx_cooldown' => ['code', false, false],
        'sbx_http_429' => ['code', false, false],
        'sbx_token_invalid' => ['restart', false, false],
        'sbx_token_expired' => ['restart', false, true],
        'sbx_3d' => ['bank', true, false],
        'sbx_no_bank_otp' => ['bank', false, false],
        'sbx_account_blocked' => ['other', false, false],
        'sbx_http_401' => ['other', false, false],
        'sbx_unknown_code' => ['other', false, false],
    ];

    /** @dataProvider recipes */
    public function testTheShopperIsShownWhatTheActionSaysAndTheNewestTokenIsStored(string $recipe): void
    {
        $calls = [];
        foreach (array_keys(self::EXPECTED) as $token) {
            $calls[] = [$token, false];
        }
        foreach ($this->press($recipe, $calls) as $i => [$answer, $stored]) {
            $token = $calls[$i][0];
            [$show, $newToken, $newSession] = self::EXPECTED[$token];
            self::assertSame($show, $answer['show'], $token);
            self::assertNotSame('', $answer['text']);
            self::assertSame($newToken, $stored['token'] !== $token, $token);
            self::assertSame($newSession, $stored['session'] !== self::SESSION, $token);
            if ($token === 'sbx_http_429') {
                self::assertSame(2, $answer['wait']);
            }
            if ($token === 'sbx_3d') {
                self::assertStringStartsWith('https://', $answer['url']);
            }
        }
        self::assertCount(count(self::EXPECTED), Sandbox::get()->journal());
    }

    /** @dataProvider recipes */
    public function testASecondClickAndAFinishedPaymentSendNothing(string $recipe): void
    {
        [[$second], [$finished]] = $this->press($recipe, [['sbx_ok_5001', true], [null, false]]);
        self::assertSame('code', $second['show']);
        self::assertSame('restart', $finished['show']);
        self::assertSame([], Sandbox::get()->journal());
    }

    /** @dataProvider recipesThatMakeTheClient */
    public function testWithoutLibraryAndCommandTheShopperIsShownTheOtherWaysToPay(string $recipe): void
    {
        $none = ['PAYWALL_LIBRARY' => '/nowhere/libpaywall.so.1', 'PAYWALL_COMMAND' => ''];
        [[$answer, $stored]] = $this->press($recipe, [['sbx_ok_5001', false]], $none);
        self::assertSame(['other', 'sbx_ok_5001'], [$answer['show'], $stored['token']]);
    }

    public static function recipes(): array
    {
        return ['laravel' => ['laravel'], 'woocommerce' => ['woocommerce'], 'opencart' => ['opencart']];
    }

    /** Not Laravel: it makes the client before the controller runs, so its own error page answers. */
    public static function recipesThatMakeTheClient(): array
    {
        return array_diff_key(self::recipes(), ['laravel' => null]);
    }

    public function testEachRecipeIsCorrectPhp(): void
    {
        foreach (glob(self::PACKAGE . '/examples/*.php') as $path) {
            self::assertSame(0, $this->php(['-l', $path])[0], $path);
        }
        self::assertCount(3, glob(self::PACKAGE . '/examples/*.php'));
    }

    private function press(string $recipe, array $calls, array $environment = []): array
    {
        Sandbox::get()->clear();
        $code = 'require "' . self::PACKAGE . '/tests/locale.php"; $press = require $argv[1]; $answers = [];'
            . ' foreach (json_decode($argv[2], true) as [$token, $twice]) { $answers[] = $press($token, $argv[3], $twice); }'
            . ' echo json_encode($answers);';
        $settings = ['-d', 'error_reporting=' . (E_ALL & ~E_DEPRECATED), '-d', "error_log={$this->folder}/log"];
        $arguments = array_merge($settings, ['-r', $code, '--']);
        array_push($arguments, self::PACKAGE . "/tests/recipes/$recipe.php", json_encode($calls), self::SESSION);
        [$exit, $out, $err] = $this->php($arguments, Sandbox::get()->environment($environment));
        self::assertSame([0, ''], [$exit, $err]);
        return json_decode($out, true, 16, JSON_THROW_ON_ERROR);
    }
}
