import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { routes } from '@ablate/contracts';
import type {
  AttemptView,
  Explanation,
  Inventory,
  LogLine,
  MetricSeries,
  ProjectView,
  QuestionsView,
  RunView,
  StageFile,
  StageView,
  WorkerView,
} from '@ablate/contracts';
import { CONTEXT, type Context } from '../context.js';
import { compareRuns } from '../read/compare-runs.js';
import { describeRuns, findRun, readLogs, readMetrics } from '../read/describe-runs.js';
import { describeAttempts, describeWorkers } from '../read/describe-workers.js';
import { explainStage } from '../read/explain-stage.js';
import { findStage, showStage } from '../read/find-stage.js';
import { queryOf } from './parse.js';

@Controller('api/v1')
export class DetailsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('runs/:id')
  async run(@Param('id') id: string): Promise<RunView> {
    return (await describeRuns(this.context, [await findRun(this.context, id)]))[0]!;
  }

  @Get('runs/:id/logs')
  logs(@Param('id') id: string, @Query() raw: unknown): Promise<LogLine[]> {
    return readLogs(this.context, id, queryOf(routes.logs.query, raw).limit);
  }

  @Get('runs/:id/questions')
  questions(@Param('id') id: string, @Query() raw: unknown): Promise<QuestionsView> {
    return compareRuns(this.context, id, queryOf(routes.questions.query, raw));
  }

  @Get('stages/:id')
  async stage(@Param('id') id: string): Promise<StageView> {
    return showStage(this.context, id);
  }

  @Get('stages/:id/files')
  async stageFiles(@Param('id') id: string): Promise<StageFile[]> {
    const { key } = await findStage(this.context, id);
    const files = await this.context.results.artifacts([key]);
    return files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }));
  }

  @Get('stages/:id/explain')
  explain(@Param('id') id: string): Promise<Explanation> {
    return explainStage(this.context, id);
  }

  @Get('attempts')
  async attempts(@Query() raw: unknown): Promise<AttemptView[]> {
    const { key } = await findStage(this.context, queryOf(routes.attempts.query, raw).stage);
    return describeAttempts(this.context, key);
  }

  @Get('metrics')
  metrics(@Query() raw: unknown): Promise<MetricSeries[]> {
    return readMetrics(this.context, queryOf(routes.metrics.query, raw));
  }

  @Get('workers')
  workers(): Promise<WorkerView[]> {
    return describeWorkers(this.context);
  }

  @Get('projects')
  async projects(): Promise<ProjectView[]> {
    return (await this.context.experiments.projects()).map(({ name, _count }) => ({
      name,
      experiments: _count.experiments,
    }));
  }

  @Get('inventory')
  async inventory(): Promise<Inventory> {
    const { index, problems } = await this.context.inventory();
    return JSON.parse(JSON.stringify({ ...index, problems })) as Inventory;
  }
}
