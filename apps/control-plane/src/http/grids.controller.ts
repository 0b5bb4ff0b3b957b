import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { routes } from '@ablate/contracts';
import type {
  Comparison,
  EffectsView,
  ExperimentDetail,
  ExperimentView,
  ImportReport,
  PivotView,
  Plan,
  ProvenanceView,
  RunView,
} from '@ablate/contracts';
import { CONTEXT, type Context } from '../context.js';
import { changeExperiment, retryExperiment } from '../planning/change-experiment.js';
import { planGrid } from '../planning/plan-grid.js';
import { planStatistics } from '../planning/plan-statistics.js';
import { submitExperiment } from '../planning/submit-experiment.js';
import { compareCells } from '../read/compare-cells.js';
import { importExperiment } from '../importing/import-experiment.js';
import { describeExperiment, listExperiments } from '../read/describe-experiment.js';
import { describeProvenance } from '../read/describe-provenance.js';
import { describeRuns } from '../read/describe-runs.js';
import { exportAnswer } from '../read/export-answer.js';
import { findExperiment } from '../read/find-experiment.js';
import { readEffects } from '../read/read-effects.js';
import { readPivot } from '../read/read-pivot.js';
import { bodyOf, differenceOf, queryOf, specOf, tagsOf } from './parse.js';

/** Plans follow each other while a grid is written; folders are looked at again after so long. A submission always looks. */
const PLAN_AGE_MS = 3000;

@Controller('api/v1')
export class GridsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  private async detail(id: string): Promise<ExperimentDetail> {
    return describeExperiment(this.context, await findExperiment(this.context.experiments, id));
  }

  @Post('plans')
  @HttpCode(200)
  async plan(@Body() body: unknown): Promise<Plan> {
    const spec = specOf(body);
    const { plan, grid } = await planGrid(this.context, spec, PLAN_AGE_MS);
    const statistics = await planStatistics(this.context, spec, grid, differenceOf(body));
    return { ...plan, statistics };
  }

  @Post('experiments')
  async submit(@Body() body: unknown): Promise<ExperimentDetail> {
    return this.detail(await submitExperiment(this.context, specOf(body), tagsOf(body)));
  }

  @Post('experiments/import')
  import(@Body() body: unknown): Promise<ImportReport> {
    return importExperiment(this.context, bodyOf(routes.import.body, body));
  }

  @Get('experiments')
  list(@Query() raw: unknown): Promise<ExperimentView[]> {
    return listExperiments(this.context, queryOf(routes.experiments.query, raw));
  }

  @Get('experiments/:id')
  experiment(@Param('id') id: string): Promise<ExperimentDetail> {
    return this.detail(id);
  }

  @Get('experiments/:id/runs')
  async runs(@Param('id') id: string): Promise<RunView[]> {
    const experiment = await findExperiment(this.context.experiments, id);
    return this.context.answers.of(experiment, ['runs'], async () =>
      describeRuns(this.context, await this.context.experiments.runs(experiment.id)),
    );
  }

  @Get('experiments/:id/comparison')
  async compare(@Param('id') id: string): Promise<Comparison> {
    return compareCells(this.context, await findExperiment(this.context.experiments, id));
  }

  @Get('experiments/:id/effects')
  async effects(@Param('id') id: string, @Query() raw: unknown): Promise<EffectsView> {
    const experiment = await findExperiment(this.context.experiments, id);
    return readEffects(this.context, experiment, queryOf(routes.effects.query, raw));
  }

  @Get('experiments/:id/provenance')
  async provenance(@Param('id') id: string): Promise<ProvenanceView> {
    return describeProvenance(this.context, await findExperiment(this.context.experiments, id));
  }

  @Get('experiments/:id/pivot')
  async pivot(@Param('id') id: string, @Query() raw: unknown): Promise<PivotView> {
    const experiment = await findExperiment(this.context.experiments, id);
    return readPivot(this.context, experiment, queryOf(routes.pivot.query, raw));
  }

  @Get('experiments/:id/export')
  async export(@Param('id') id: string, @Query() raw: unknown): Promise<{ format: string; text: string }> {
    const experiment = await findExperiment(this.context.experiments, id);
    const query = queryOf(routes.export.query, raw);
    return { format: query.format, text: await exportAnswer(this.context, experiment, query) };
  }

  @Post('experiments/:id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string): Promise<ExperimentDetail> {
    return this.detail(await changeExperiment(this.context, id, 'cancel'));
  }

  @Post('experiments/:id/pause')
  @HttpCode(200)
  async pause(@Param('id') id: string): Promise<ExperimentDetail> {
    return this.detail(await changeExperiment(this.context, id, 'pause'));
  }

  @Post('experiments/:id/resume')
  @HttpCode(200)
  async resume(@Param('id') id: string): Promise<ExperimentDetail> {
    return this.detail(await changeExperiment(this.context, id, 'resume'));
  }

  @Post('experiments/:id/retry')
  @HttpCode(200)
  async retry(@Param('id') id: string): Promise<ExperimentDetail> {
    return this.detail(await retryExperiment(this.context, id));
  }
}
