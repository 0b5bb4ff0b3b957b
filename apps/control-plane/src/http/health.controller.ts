import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Health } from '@ablate/contracts';
import type { FastifyReply } from 'fastify';
import { CONTEXT, type Context } from '../context.js';

const say = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down');

@Controller('api/v1/health')
export class HealthController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('live')
  live(): Health {
    return { status: 'ok', checks: {} };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const { database, queue } = await this.context.check();
    const ok = database && queue;
    if (!ok) void reply.status(503);
    return { status: ok ? 'ok' : 'error', checks: { database: say(database), queue: say(queue) } };
  }
}
