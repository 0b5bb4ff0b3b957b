import { Controller, Get, Header, Inject } from '@nestjs/common';
import { CONTEXT, type Context } from '../context.js';
import { openApi } from './openapi.js';

@Controller()
export class MetaController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('api/v1/openapi.json')
  openapi(): object {
    return openApi();
  }

  /** Prometheus text format: what an operator wants to see at a glance. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  async metrics(): Promise<string> {
    const { stages, workers, attempts } = this.context;
    const online = await workers.list();
    const byState = await stages.countByState();
    const lines = [
      '# HELP ablate_stages Stages by state.',
      '# TYPE ablate_stages gauge',
      ...byState.map(({ state, count }) => `ablate_stages{state="${state}"} ${count}`),
      '# HELP ablate_workers Workers that are not gone.',
      '# TYPE ablate_workers gauge',
      `ablate_workers ${online.length}`,
      '# HELP ablate_slots Slots of these workers.',
      '# TYPE ablate_slots gauge',
      `ablate_slots ${online.reduce((total, { slots }) => total + slots, 0)}`,
      '# HELP ablate_stale_writes_total Rejected writes of attempts that were given away.',
      '# TYPE ablate_stale_writes_total counter',
      `ablate_stale_writes_total ${await attempts.staleWrites()}`,
    ];
    return `${lines.join('\n')}\n`;
  }
}
