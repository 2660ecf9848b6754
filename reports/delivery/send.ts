/** Target → channel. */
import type { Target } from '../../warehouse/deliveries/schedules.ts';
import type { Outcome, Parcel, Post } from './channel.ts';
import { sendByEmail } from './email.ts';
import { sendToFolder } from './folder.ts';
import { sendToS3 } from './s3.ts';
import { sendBySftp } from './sftp.ts';
import { sendToWebhook } from './webhook.ts';

export async function sendTo(target: Target, parcel: Parcel, post: Post, stopping: AbortSignal): Promise<Outcome> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(post.DELIVERY_TIMEOUT_SECONDS * 1_000)]);
  switch (target.kind) {
    case 'folder':
      return sendToFolder(target, parcel, post, signal);
    case 'sftp':
      return sendBySftp(target, parcel, post, signal);
    case 'email':
      return sendByEmail(target, parcel, post, signal);
    case 's3':
      return sendToS3(target, parcel, post, signal);
    case 'webhook':
      return sendToWebhook(target, parcel, post, signal);
  }
}
