// Installs what a fresh clone lacks, with nothing but Node and npm; used by `npm start` and `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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

/** Installs a Debian package when its program is missing; says what to do when this user cannot. */
export function ensureProgram(program, debianPackage) {
  if (has(program)) return;
  const how = `Install it, e.g.: sudo apt-get update && sudo apt-get install -y ${debianPackage}`;
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    console.error(`"${program}" is not on the PATH. ${how}`);
    process.exit(1);
  }
  console.log(`Installing ${debianPackage} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status;
  // The packaged service would start on the default port: this product runs its own.
  const install = () => apt('-o', 'Dpkg::Use-Pty=0', 'install', '-y', '--no-install-recommends', debianPackage);
  if (install() !== 0) {
    apt('update');
    if (install() !== 0) {
      console.error(`Could not install ${debianPackage}. ${how}`);
      process.exit(1);
    }
  }
}

/** Installs the lockfile's packages when the installed packages are not those of the lockfile. */
export function ensurePackages() {
  const installed = `${root}node_modules/.package-lock.json`;
  if (existsSync(installed)) {
    const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
    const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
    const stale = Object.entries(lock).some(
      ([path, entry]) => path !== '' && !entry.optional && have[path]?.version !== entry.version,
    );
    if (!stale) return;
  }
  console.log('Installing packages …');
  // Not `npm ci`: it refuses a lockfile without the optional packages of other platforms, which not every registry has.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
}
