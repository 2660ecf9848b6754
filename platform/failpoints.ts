/**
 * Failpoints: named places where a test can kill the process, to show that nothing depends on it going on.
 * Invariant: without LUMBUNG_FAILPOINT a failpoint does nothing.
 */
let armed: { name: string; left: number } | undefined;

/** Arms "name" or "name*n" (at the nth pass); called once at start with the configuration's value. */
export function armFailpoint(setting: string | undefined): void {
  const [name, pass] = (setting ?? '').split('*');
  armed = name === undefined || name === '' ? undefined : { name, left: Number(pass ?? 1) };
}

/** Ends the process as kill -9 would when this place is armed. */
export function failpoint(name: string): void {
  if (armed?.name !== name || --armed.left > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered asynchronously; nothing may happen meanwhile.
  for (;;);
}
