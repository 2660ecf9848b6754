/** Frames of the live channel: what a client may send, and the channels there are. */
import { z } from 'zod';
import { scopeText } from '../../platform/tokens.ts';

export const SYSTEM = 'system';
const channelText = z.union([z.literal(SYSTEM), scopeText]);
export const position = z.object({ epoch: z.string().max(64), offset: z.string().regex(/^\d{1,19}-\d{1,19}$/) });
export type Position = z.infer<typeof position>;

export const clientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auth'), token: z.string().max(8_192).optional() }),
  z.object({ type: z.literal('subscribe'), channel: channelText, from: position.optional() }),
  z.object({ type: z.literal('unsubscribe'), channel: channelText }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('pong') }),
]);
export type ClientFrame = z.infer<typeof clientFrame>;

export type Update = {
  type: 'update';
  channel: string;
  epoch: string;
  offset: string;
  cells: number;
  committedAt: string;
};

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
