<?php

declare(strict_types=1);

namespace Paywall\Tests\Offline;

use Paywall\Action;
use Paywall\Shop\Answer;
use Paywall\Shop\DatabaseRefused;
use Paywall\Shop\Page;
use Paywall\Shop\Settings;
use Paywall\Shop\Texts;
use PHPUnit\Framework\TestCase;

/**
 * What the plug-ins show: one rule and one table of texts.
 */
final class ShopTest extends TestCase
{
    private const PLUGINS = __DIR__ . '/../../plugins';

    public function testEveryActionHasARuleOrIsTheShopsBusiness(): void
    {
        $without = array_diff((new \ReflectionClass(Action::class))->getConstants(), array_column(Texts::RULES, 0));
        self::assertSame(['fix_configuration', 'fix_request', 'contact_support', 'none'], array_values($without));
        self::assertSame('unavailable', Answer::after('a word of a newer library', null)->text);
    }

    public function testEveryTextThatIsNamedIsThereInBothLanguages(): void
    {
        self::assertSame(array_keys(Texts::TEXTS['tr']), array_keys(Texts::TEXTS['en']));
        foreach (array_merge(Texts::RULES, [['', '', ...Texts::WITHOUT_URL]]) as [, , $show, $text]) {
            self::assertNotSame('', Texts::say($text, 'tr_TR'));
            $links = ['restart' => '/cart', 'other' => '/cart'];
            $shown = (new Answer($show, $text, 0, 'https://bank'))->shown('en-gb', $links);
            self::assertSame($show === 'code', $shown['label'] === null);
        }
        self::assertSame('Kod', Texts::say('code', 'tr'));
        self::assertSame('Code', Texts::say('code', 'de_DE'));
    }

    public function testThePageEscapesWhatItShows(): void
    {
        $evil = '"><script>alert(1)</script>';
        $actions = ['resend' => $evil, 'verify' => $evil];
        $html = Page::html(new Answer('bank', 'bank', 0, $evil), 'tr', $actions, [], [$evil => $evil]);
        self::assertStringNotContainsString('<script>', $html);
    }

    public function testASettingsPageShowsNoPasswordAndStartsNoOtherProgram(): void
    {
        $proxies = ['http://ali:p@ss:1@proxy:3128', 'ali:secret@proxy:3128', 'ali@proxy:1', 'http://proxy:1', 'env', ''];
        foreach ($proxies as $stored) {
            $shown = Settings::shown('proxy', $stored);
            self::assertSame(0, preg_match('/p@ss|secret/', $shown), $shown);
            self::assertSame($stored, Settings::kept('proxy', $shown, $stored));
            self::assertSame('other:1', Settings::kept('proxy', 'other:1', $stored));
            self::assertSame('', Settings::kept('proxy', '', $stored));
        }
        self::assertSame('http://ali:***@proxy:3128', Settings::shown('proxy', $proxies[0]));
        self::assertSame('http://proxy:1', Settings::shown('proxy', 'http://proxy:1'));
        $paths = ['/home/bin/paywall' => true, 'C:\\paywall.exe' => true, '/bin/sh' => false, "/bin/paywall\n" => false];
        foreach ($paths as $path => $is) {
            self::assertSame($is, Settings::isCommand($path), $path);
        }
    }

    public function testWhatADatabaseQuotesIsInNoMessage(): void
    {
        $refused = new DatabaseRefused("You have an error near ''it's secret', session = 'secret'' at line 1");
        self::assertSame("the database refused: You have an error near '…' at line 1", $refused->getMessage());
    }

    public function testTheCatalogueOfWooCommerceIsComplete(): void
    {
        $named = [];
        foreach (glob(self::PLUGINS . '/woocommerce/includes/*.php') as $file) {
            preg_match_all("/__\\('((?:[^'\\\\]|\\\\.)+)', 'paywall-otp'\\)/", (string) file_get_contents($file), $found);
            $named = array_merge($named, array_map('stripslashes', $found[1]));
        }
        self::assertGreaterThan(20, count($named));
        foreach (['paywall-otp-tr_TR.po', 'paywall-otp.pot'] as $catalogue) {
            $text = (string) file_get_contents(self::PLUGINS . "/woocommerce/languages/$catalogue");
            preg_match_all('/^msgid "(.+)"\nmsgstr "(.*)"$/m', $text, $found);
            self::assertEqualsCanonicalizing(array_unique($named), $found[1], $catalogue);
            self::assertSame(strpos($catalogue, '.pot') === false, !in_array('', $found[2], true));
        }
    }

    public function testTheLanguagesOfOpenCartSayTheSame(): void
    {
        foreach (['admin', 'catalog'] as $part) {
            [$turkish, $english] = [$this->language("tr-tr/$part"), $this->language("en-gb/$part")];
            self::assertSame(array_keys($english), array_keys($turkish));
            self::assertNotContains('', $turkish);
        }
    }

    private function language(string $name): array
    {
        $_ = [];
        require self::PLUGINS . "/shared/language/$name.php";
        return $_;
    }
}
