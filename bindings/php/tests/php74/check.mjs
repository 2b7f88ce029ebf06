// Runs check.php and PHPUnit's offline tests in PHP 7.4 (compiled to WebAssembly), on a copy of the package.
//   check.mjs PACKAGE FOLDER-OF-PHPUNIT FOLDER-WITH-NODE_MODULES CONTRACT
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [packageFolder, phpLibraries, modules, contract] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(join(modules, 'x.js')).resolve(name)).href);
const { getPHPLoaderModule } = await load('@php-wasm/node-7-4');
const { PHP, loadPHPRuntime } = await load('@php-wasm/universal');

const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {}));

// PHP has its own file system, in memory.
const copy = (from, to, wanted) => {
  php.mkdir(to);
  for (const entry of readdirSync(from)) {
    const path = join(from, entry);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      if (entry !== 'node_modules' && entry !== 'vendor') copy(path, `${to}/${entry}`, wanted);
    } else if (stat?.isFile() && wanted(entry)) {
      php.writeFile(`${to}/${entry}`, readFileSync(path));
    }
  }
};
copy(packageFolder, '/package', () => true);
php.writeFile('/contract.json', readFileSync(contract));
for (const part of readdirSync(phpLibraries)) {
  const from = join(phpLibraries, part);
  if (statSync(from).isDirectory() && /^(DeepCopy|Doctrine|PharIo|PHP|PHPUnit|PhpParser|SebastianBergmann|TheSeer|data)$/.test(part)) {
    copy(from, `/usr/share/php/${part}`, (name) => /\.(php|xsd)$/.test(name));
  }
}

// Some code PHP refuses only when it compiles it, and that ends the script. So check.php cannot try this itself.
let failed = false;
const late = await php.run({ code: '<?php function f($a = new ArrayObject()) {}' }).then(() => 'nothing', (error) => error.message);
if (!late.includes('Constant expression contains invalid operations')) {
  process.stdout.write(`the check does not notice PHP 8's new in initializers: ${late}\n`);
  failed = true;
}
for (const script of ['check.php', 'units.php']) {
  try {
    const result = await php.run({ scriptPath: `/package/tests/php74/${script}` });
    process.stdout.write(result.text + result.errors);
    failed ||= result.exitCode !== 0;
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
