<?php

declare(strict_types=1);

namespace Paywall\Tests\Offline;

use Paywall\Action;
use Paywall\ErrorInfo;
use Paywall\Exception\InDoubtException;
use Paywall\Internal\Document;
use Paywall\Internal\Options;
use Paywall\Internal\Outcome;
use Paywall\Internal\Text;
use Paywall\Kind;
use Paywall\ResendResult;
use Paywall\Status;
use Paywall\Tests\Contract;
use Paywall\TokenState;
use Paywall\Transport;
use PHPUnit\Framework\TestCase;
use ReflectionClass;

/**
 * This package has exactly the words of the contract.
 */
final class ContractTest extends TestCase
{
    /** @dataProvider vocabularies */
    public function testTheConstantsAreTheWordsOfTheContract(string $class, array $words): void
    {
        $expected = [];
        foreach ($words as $word) {
            // NEW would look like the operator.
            $expected[$class === TokenState::class && $word === 'new' ? 'FRESH' : Text::upper($word)] = $word;
        }
        self::assertNotSame([], $expected);
        self::assertSame(self::sorted($expected), self::sorted((new ReflectionClass($class))->getConstants()));
    }

    public static function vocabularies(): array
    {
        $contract = Contract::read();
        return [
            'actions' => [Action::class, $contract['actions']],
            'kinds' => [Kind::class, $contract['kinds']],
            'statuses' => [Status::class, array_column($contract['statuses'], 'name')],
            'token states' => [TokenState::class, $contract['token_states']],
        ];
    }

    public function testOnlyInDoubtSharesItsExceptionWithUnknownStatuses(): void
    {
        $shared = [];
        foreach (array_column(Contract::read()['statuses'], 'name') as $status) {
            if (Outcome::exception(Document::parse(Documents::json(['status' => $status]))) instanceof InDoubtException) {
                $shared[] = $status;
            }
        }
        self::assertSame([Status::IN_DOUBT], $shared);
    }

    public function testTheEnvironmentSetsEveryOptionOfTheContract(): void
    {
        $expected = [];
        foreach (Contract::read()['options'] as ['name' => $name, 'variable' => $variable]) {
            $expected[$name] = "the value of $name";
            $_SERVER[$variable] = $expected[$name];
        }
        $_SERVER['PAYWALL_COLOUR'] = 'red';
        try {
            // Only PHP has the option `command`.
            $read = array_diff_key(Options::fromEnvironment(), ['command' => null]);
        } finally {
            foreach (array_column(Contract::read()['options'], 'variable') as $variable) {
                unset($_SERVER[$variable]);
            }
            unset($_SERVER['PAYWALL_COLOUR']);
        }
        self::assertSame(self::sorted($expected), self::sorted($read));
    }

    public function testTheMembersAreThoseOfTheContract(): void
    {
        $members = Contract::read()['members'];
        $document = self::document($members['document']);
        $document['error'] = self::document($members['error']);
        $document['transport'] = self::document($members['transport']);
        $result = Document::parse(json_encode($document, JSON_THROW_ON_ERROR));

        // Only PHP has `response`, the decoded answer.
        self::assertMembers($document, $result, ResendResult::class, ['response']);
        self::assertMembers($document['error'], $result->error, ErrorInfo::class, []);
        self::assertMembers($document['transport'], $result->transport, Transport::class, []);
    }

    /** @return array<string, mixed> a value of its own for each member */
    private static function document(array $names): array
    {
        $document = [];
        foreach ($names as $number => $name) {
            $isNumber = preg_match('/_(ms|us)$/', $name) === 1;
            $document[$name] = $isNumber ? 1000 + $number : "the value of $name";
        }
        return $document;
    }

    /** The docblock lists exactly these members, and each one has the document's value. */
    private static function assertMembers(array $document, object $object, string $class, array $more): void
    {
        self::assertInstanceOf($class, $object);
        preg_match_all('/@property-read\s+\S+\s+\$(\w+)/', (string) (new ReflectionClass($class))->getDocComment(), $found);
        $names = array_map([Contract::class, 'camelCase'], array_keys($document));
        self::assertEqualsCanonicalizing(array_merge($names, $more), $found[1]);
        foreach ($document as $name => $value) {
            $member = $object->{Contract::camelCase($name)};
            is_array($value) ? self::assertIsObject($member, $name) : self::assertSame($value, $member, $name);
        }
        // What the object shows has no other members.
        $shown = array_keys($object->jsonSerialize());
        self::assertSame([], array_diff($shown, $names));
    }

    private static function sorted(array $words): array
    {
        ksort($words);
        return $words;
    }
}
