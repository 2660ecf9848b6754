/**
 * What many ask at once is asked once.
 * Invariant: an answer is never older than the question: who asks while an answer is on its way gets the next one, together with
 * all who came meanwhile.
 */
export type Flights = <T>(question: string, ask: () => Promise<T>) => Promise<T>;

export function createFlights(): Flights {
  const flights = new Map<string, { now: Promise<unknown>; next?: Promise<unknown> }>();
  const start = <T>(question: string, ask: () => Promise<T>): Promise<T> => {
    const now = ask().finally(() => {
      if (flights.get(question)?.now === now) flights.delete(question);
    });
    flights.set(question, { now });
    return now;
  };
  return <T>(question: string, ask: () => Promise<T>) => {
    const flight = flights.get(question);
    if (flight === undefined) return start(question, ask);
    flight.next ??= flight.now.catch(() => undefined).then(() => start(question, ask));
    return flight.next as Promise<T>;
  };
}
