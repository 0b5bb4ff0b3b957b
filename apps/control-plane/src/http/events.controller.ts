import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import { CONTEXT, type Context } from '../context.js';
import { findExperiment } from '../read/find-experiment.js';
import { ChangeWatch } from '../read/watch-changes.js';
import { watchExperiment } from '../read/watch-experiment.js';

/** A comment line keeps proxies from closing a quiet stream. */
const QUIET_LOOKS = 40;
const QUIET_MS = 15_000;

/** Takes the reply over as a stream of events. */
function openStream(reply: FastifyReply): ServerResponse {
  const stream = reply.raw;
  reply.hijack();
  stream.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
  });
  stream.write(': hello\n\n');
  return stream;
}

@Controller('api/v1/events')
export class EventsController {
  private readonly changes: ChangeWatch;

  constructor(@Inject(CONTEXT) private readonly context: Context) {
    this.changes = new ChangeWatch(context);
  }

  /**
   * Server-sent events: of one experiment its whole state (`Last-Event-ID` names the one that a reconnecting client has), without
   * `experiment` what changed anywhere.
   */
  @Get()
  async events(
    @Query('experiment') idOrName: string | undefined,
    @Headers('last-event-id') seen: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (idOrName === undefined) return this.everything(reply);
    const { id } = await findExperiment(this.context.experiments, idOrName);
    const stream = openStream(reply);
    let quiet = 0;
    for await (const event of watchExperiment(this.context, id, seen ?? null)) {
      if (stream.destroyed) break;
      quiet = event === null ? quiet + 1 : 0;
      if (event) stream.write(`id: ${event.id}\nevent: experiment\ndata: ${event.data}\n\n`);
      else if (quiet % QUIET_LOOKS === 0) stream.write(': still here\n\n');
    }
    stream.end();
  }

  /** The reply begins once changes are seen: what a client reads after that and what it is told leave no gap. */
  private async everything(reply: FastifyReply): Promise<void> {
    let stream: ServerResponse | null = null;
    const stop = await this.changes.listen((change) =>
      stream?.write(`event: change\ndata: ${JSON.stringify(change)}\n\n`),
    );
    if (reply.raw.destroyed) return stop();
    stream = openStream(reply);
    const alive = setInterval(() => stream.write(': still here\n\n'), QUIET_MS);
    alive.unref();
    stream.once('close', () => {
      stop();
      clearInterval(alive);
    });
  }
}
