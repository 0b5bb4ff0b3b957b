import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { MOST_TAGS, routes, type ExperimentView } from '@ablate/contracts';
import { CONTEXT, type Context } from '../context.js';
import { findExperiment } from '../read/find-experiment.js';
import { summariseExperiments } from '../read/summarise-experiments.js';
import { bodyOf } from './parse.js';

@Controller('api/v1/experiments/:id/tags')
export class TagsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post()
  @HttpCode(200)
  async change(@Param('id') idOrName: string, @Body() body: unknown): Promise<ExperimentView> {
    const { experiments } = this.context;
    const tags = bodyOf(routes.tag.body, body);
    const { id } = await findExperiment(experiments, idOrName);
    await experiments.tag(id, { ...tags, most: MOST_TAGS });
    return (await summariseExperiments(this.context, [await findExperiment(experiments, id)]))[0]!;
  }
}
