<?php

/**
 * A stand-in with what the extensions use of OpenCart 3 and 4: index.php of a site whose folder `version` says which it is.
 * tests/platforms runs the extensions in the real ones.
 */

declare(strict_types=1);

namespace {
    basename(__FILE__) === 'index.php' || exit;
    const VERSION = '4.1';
    define('THREE', is_file(__DIR__ . '/three'));
    const DIR_SYSTEM = __DIR__ . '/system/';
    const DIR_EXTENSION = __DIR__ . '/extension/';
    const DIR_STORAGE = __DIR__ . '/storage/';
    const DB_PREFIX = 'oc_';

    /** What OpenCart's controllers and models get at by name. */
    class Registered
    {
        protected Registry $registry;

        public function __construct(Registry $registry)
        {
            $this->registry = $registry;
        }

        public function __get(string $name)
        {
            return $this->registry->get($name);
        }
    }
    class Controller extends Registered
    {
    }
    class Model extends Registered
    {
    }

    final class Registry
    {
        public array $parts = [];

        public function get(string $name)
        {
            return $this->parts[$name];
        }
    }

    /** All parts of OpenCart in one. */
    final class Parts
    {
        public array $get;
        public array $post;
        public array $server;
        public array $data = [];
        public ?object $row = null;
        public array $headers = [];
        public string $output = '';
        public mysqli $connection;

        public function __construct()
        {
            $this->get = $_GET;
            $this->post = $_POST;
            $this->server = $_SERVER;
        }

        // The database.
        public function query(string $sql): object
        {
            try {
                $found = $this->connection->query($sql);
            } catch (mysqli_sql_exception $e) {
                throw new Exception("Error: {$e->getMessage()}<br />Error No: {$e->getCode()}<br />$sql");
            }
            return (object) ['row' => $found instanceof mysqli_result ? $found->fetch_assoc() ?? [] : []];
        }

        public function escape(string $text): string
        {
            return $this->connection->real_escape_string($text);
        }

        public function countAffected(): int
        {
            return (int) $this->connection->affected_rows;
        }

        // The configuration, the loader, the document, the log.
        public function load(string $name): void
        {
        }

        public function language(string $name): void
        {
        }

        public function model(string $name): void
        {
        }

        public function controller(string $name): string
        {
            return '';
        }

        public function setTitle(string $title): void
        {
        }

        public function write(string $line): void
        {
            error_log($line);
        }

        public function view(string $name, array $data): string
        {
            return '<!doctype html><h1>' . $data['title'] . '</h1>' . $data['page'];
        }

        // The admin.
        public function hasPermission(string $what, string $route): bool
        {
            return true;
        }

        public function get(string $name): string
        {
            return $name;
        }

        // The orders.
        public function getOrder(int $id): array
        {
            $known = $this->query("SELECT order_id, total, order_status_id FROM oc_order WHERE order_id = $id")->row;
            return $known + ($known ? ['currency_code' => 'TRY', 'currency_value' => 3.0] : []);
        }

        public function addHistory(int $id, int $status, string $comment = ''): void
        {
            $this->query("UPDATE oc_order SET order_status_id = $status WHERE order_id = $id");
        }

        public function addOrderHistory(int $id, int $status, string $comment = ''): void
        {
            $this->addHistory($id, $status, $comment);
        }

        // The addresses and the answer.
        public function link(string $route, string $more = '', bool $secure = false): string
        {
            $address = "http://{$_SERVER['HTTP_HOST']}/index.php?route=$route" . ($more === '' ? '' : "&$more");
            return THREE ? str_replace('&', '&amp;', $address) : $address;
        }

        public function redirect(string $where, int $status): void
        {
            header("Location: $where", true, $status);
            exit;
        }

        public function addHeader(string $line): void
        {
            header($line);
        }

        public function setOutput(string $text): void
        {
            echo $text;
        }
    }

    final class Config
    {
        public function get(string $name)
        {
            return [
                'config_language' => 'tr-tr', 'payment_paywall_paid_status_id' => '5', 'payment_paywall_unknown_status_id' => '1',
            ][$name] ?? $_GET['settings'][$name] ?? null;
        }
    }
}

namespace Opencart\System\Engine {
    class Controller extends \Registered
    {
    }
    class Model extends \Registered
    {
    }
}

namespace {
    $parts = new Parts();
    $parts->connection = new mysqli('127.0.0.1', 'root', '', 'shop', (int) getenv('DB_PORT'));
    $registry = new Registry();
    $names = ['request', 'session', 'db', 'load', 'document', 'log', 'url', 'response', 'model_checkout_order', 'user', 'language'];
    foreach ($names as $name) {
        $registry->parts[$name] = $parts;
    }
    $registry->parts['config'] = new Config();
    require THREE
        ? __DIR__ . '/catalog/controller/extension/payment/paywall.php'
        : DIR_EXTENSION . 'paywall/catalog/controller/payment/paywall.php';
    $controller = THREE
        ? new ControllerExtensionPaymentPaywall($registry)
        : new Opencart\Catalog\Controller\Extension\Paywall\Payment\Paywall($registry);

    if (isset($_GET['install'])) {
        $parts->query('CREATE TABLE oc_order (order_id INT AUTO_INCREMENT PRIMARY KEY,
            order_status_id INT NOT NULL, total DECIMAL(15,4) NOT NULL DEFAULT 43.30)');
        (new Paywall\OpenCart\OpenCart($registry))->operations()->install();
    } elseif (isset($_GET['check'])) {
        require DIR_EXTENSION . 'paywall/admin/controller/payment/paywall.php';
        (new Opencart\Admin\Controller\Extension\Paywall\Payment\Paywall($registry))->check();
    } elseif (isset($_GET['raise'])) {
        $parts->query('UPDATE oc_order SET total = 4330 WHERE order_id = ' . (int) $_GET['raise']);
    } elseif (isset($_GET['place'])) {
        $parts->addHistory((int) $_GET['place'], 1);
    } elseif (isset($_GET['state'])) {
        $row = $parts->query('SELECT order_status_id FROM oc_order WHERE order_id = ' . (int) $_GET['state'])->row;
        echo json_encode($row['order_status_id']);
    } elseif (isset($_GET['begin'])) {
        $parts->query('INSERT INTO oc_order (order_status_id) VALUES (0)');
        $id = $parts->connection->insert_id;
        $parts->data = ['order_id' => $id, 'payment_method' => ['code' => THREE ? 'paywall' : 'paywall.paywall']];
        $parts->server['REQUEST_METHOD'] = 'POST';
        ob_start();
        $controller->confirm();
        $answer = json_decode((string) ob_get_clean(), true);
        echo json_encode(['url' => $answer['redirect'] ?? null, 'order' => $id, 'notice' => $answer['error'] ?? null]);
    } else {
        // route=extension/payment/paywall/resend, or ….resend
        $method = preg_replace('#^.*[/.]#', '', (string) ($_GET['route'] ?? ''));
        in_array($method, ['otp', 'resend', 'verify'], true) ? $controller->$method() : print('nothing');
    }
}
