import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { AblateError } from '@ablate/errors';
import type { FastifyReply } from 'fastify';
import { CONTEXT, type Context } from '../context.js';
import { describeExperiment } from '../read/describe-experiment.js';
import { findExperiment } from '../read/find-experiment.js';

const LOOK_MS = 400;
/** A comment line keeps proxies from closing a quiet stream. */
const PING_EVERY = 40;

@Controller('api/v1/events')
export class EventsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  /**
   * Server-sent events of one experiment: its whole state at once and whenever it changes. Since an event is the whole state, a
   * client that reconnects misses nothing.
   */
  @Get()
  async events(@Query('experiment') id: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    if (id === undefined) {
      throw new AblateError('BAD_QUERY', '"experiment" is missing.', {
        path: 'experiment',
        rule: 'The id or name of an experiment.',
        fix: 'Ask for /events?experiment=ID.',
      });
    }
    const { experiments } = this.context;
    const { id: found } = await findExperiment(experiments, id);
    let open = true;
    reply.raw.on('close', () => (open = false));
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
    });
    let last = '';
    for (let round = 0; open; round += 1) {
      const detail = await describeExperiment(this.context, await findExperiment(experiments, found)).catch(
        () => null,
      );
      const data = detail === null ? last : JSON.stringify({ type: 'experiment', experiment: detail });
      if (data !== last) {
        reply.raw.write(`id: ${round}\nevent: experiment\ndata: ${data}\n\n`);
        last = data;
      } else if (round % PING_EVERY === 0) reply.raw.write(': still here\n\n');
      if (detail !== null && detail.state !== 'running') break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    reply.raw.end();
  }
}
