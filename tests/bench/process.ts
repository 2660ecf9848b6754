/** A script of the benchmarks in a process of its own, and messages to and from it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Process = { send(message: object): void; next<T>(): Promise<T>; stop(): void };

export function startProcess(script: string): Process {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child: ChildProcess = fork(file, [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const arrived: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  child.on('message', (message) => {
    const first = waiting.shift();
    if (first) first(message);
    else arrived.push(message);
  });
  return {
    send: (message) => void child.send(message),
    next: <T>() =>
      arrived.length > 0
        ? Promise.resolve(arrived.shift() as T)
        : new Promise<T>((resolve) => waiting.push(resolve as (message: unknown) => void)),
    stop: () => void child.kill(),
  };
}
