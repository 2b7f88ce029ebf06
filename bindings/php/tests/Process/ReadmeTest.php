<?php

declare(strict_types=1);

namespace Paywall\Tests\Process;

use Paywall\Tests\Sandbox;

final class ReadmeTest extends ProcessTestCase
{
    /** @dataProvider readmes */
    public function testItBeginsWithAShortProgramThatRuns(string $readme): void
    {
        $programs = self::blocks($readme, 'php');
        self::assertLessThanOrEqual(15, substr_count($programs[0], "\n"));
        $text = (string) file_get_contents(self::PACKAGE . "/$readme");
        self::assertLessThan(100, strpos($text, '```php'), 'something stands before the program');
        self::assertSame([0, "verify_otp\n", ''], $this->runs($programs[0]));
    }

    /** @dataProvider readmes */
    public function testEveryProgramRuns(string $readme): void
    {
        foreach (self::blocks($readme, 'php') as $program) {
            [$exit, , $err] = $this->runs($program);
            self::assertSame([0, ''], [$exit, $err], $program);
        }
    }

    public function testComposersAutoloaderFindsTheClasses(): void
    {
        foreach (['src', 'resources', 'composer.json', 'bin'] as $part) {
            exec('cp -r ' . escapeshellarg(self::PACKAGE . "/$part") . ' ' . escapeshellarg($this->folder));
        }
        exec("cd {$this->folder} && COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_HOME={$this->folder}/home composer dump-autoload"
            . ' --no-dev --optimize --quiet 2>&1', $lines, $exit);
        self::assertSame([0, []], [$exit, $lines]);
        $program = $this->script('program.php', self::blocks('README.md', 'php')[0]);
        self::assertSame([0, "verify_otp\n", ''], $this->php([$program]));
    }

    public function testBothLanguagesShowTheSame(): void
    {
        foreach (['ini', ''] as $language) {
            self::assertSame(self::blocks('README.md', $language), self::blocks('README.tr.md', $language));
        }
        $words = static function (string $readme): array {
            preg_match_all('/`[^`\n]+`/', (string) file_get_contents(self::PACKAGE . "/$readme"), $found);
            $words = array_unique($found[0]);
            sort($words);
            return $words;
        };
        self::assertSame($words('README.md'), $words('README.tr.md'));
    }

    public function testEveryActionIsExplained(): void
    {
        $readme = (string) file_get_contents(self::PACKAGE . '/README.md');
        foreach ((new \ReflectionClass(\Paywall\Action::class))->getConstants() as $name => $word) {
            if ($word !== 'none') {
                self::assertStringContainsString("`$name`", $readme);
            }
        }
    }

    public static function readmes(): array
    {
        return [['README.md'], ['README.tr.md']];
    }

    /** @return string[] */
    private static function blocks(string $readme, string $language): array
    {
        $text = (string) file_get_contents(self::PACKAGE . "/$readme");
        preg_match_all('/^```(\w*)\n(.*?)^```$/ms', $text, $found, PREG_SET_ORDER);
        $blocks = [];
        foreach ($found as [, $its, $block]) {
            if ($its === $language) {
                $blocks[] = $block;
            }
        }
        self::assertNotSame([], $blocks);
        return $blocks;
    }

    /** @return array{int, string, string} */
    private function runs(string $program): array
    {
        @mkdir("{$this->folder}/vendor");
        $this->script('vendor/autoload.php', '<?php require ' . var_export(self::PACKAGE . '/autoload.php', true) . ';');
        return $this->php([$this->script('program.php', $program)]);
    }
}
