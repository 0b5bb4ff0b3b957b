import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { routes } from '@ablate/contracts';
import type {
  CellRunsView,
  CurvesView,
  OverviewView,
  PredictionsView,
  QueueView,
  RunDetail,
  TelemetryView,
} from '@ablate/contracts';
import type { Experiment } from '@ablate/storage';
import type { FastifyReply } from 'fastify';
import { CONTEXT, type Context } from '../context.js';
import { describeCellRuns, describeOverview } from '../read/describe-overview.js';
import { describeQueue } from '../read/describe-queue.js';
import { describeRun, readTelemetry } from '../read/describe-run.js';
import { findExperiment } from '../read/find-experiment.js';
import { readCurves } from '../read/read-curves.js';
import { readBenchmarkImage } from '../read/read-image.js';
import { readPredictions } from '../read/read-predictions.js';
import { queryOf } from './parse.js';

/** Read models of the dashboard's pages. */
@Controller('api/v1')
export class PagesController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  private find(id: string): Promise<Experiment> {
    return findExperiment(this.context.experiments, id);
  }

  @Get('experiments/:id/overview')
  async overview(@Param('id') id: string): Promise<OverviewView> {
    return describeOverview(this.context, await this.find(id));
  }

  @Get('experiments/:id/cells')
  async cells(@Param('id') id: string): Promise<CellRunsView> {
    return describeCellRuns(this.context, await this.find(id));
  }

  @Get('experiments/:id/curves')
  async curves(@Param('id') id: string, @Query() raw: unknown): Promise<CurvesView> {
    return readCurves(this.context, await this.find(id), queryOf(routes.curves.query, raw));
  }

  @Get('experiments/:id/predictions')
  async predictions(@Param('id') id: string, @Query() raw: unknown): Promise<PredictionsView> {
    return readPredictions(this.context, await this.find(id), queryOf(routes.predictions.query, raw));
  }

  @Get('runs/:id/detail')
  run(@Param('id') id: string): Promise<RunDetail> {
    return describeRun(this.context, id);
  }

  @Get('runs/:id/telemetry')
  telemetry(@Param('id') id: string): Promise<TelemetryView> {
    return readTelemetry(this.context, id);
  }

  @Get('queue')
  queue(@Query() raw: unknown): Promise<QueueView> {
    return describeQueue(this.context, queryOf(routes.queue.query, raw).limit);
  }

  /** A picture that a benchmark asks about. */
  @Get('benchmarks/:id/images/*')
  async image(@Param('id') id: string, @Param('*') name: string, @Res() reply: FastifyReply): Promise<void> {
    const { body, type } = await readBenchmarkImage(this.context, id, name);
    void reply
      .headers({
        'content-type': type,
        'cache-control': 'public, max-age=3600',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      })
      .send(body);
  }
}
