import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { ExperimentDetail, ExtensionView } from '@ablate/contracts';
import { CONTEXT, type Context } from '../context.js';
import { extendExperiment, showExtension } from '../extending/extend-experiment.js';
import { describeExperiment } from '../read/describe-experiment.js';
import { findExperiment } from '../read/find-experiment.js';
import { specOf } from './parse.js';

@Controller('api/v1/experiments/:id')
export class ExtendingController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('extension')
  @HttpCode(200)
  plan(@Param('id') id: string, @Body() body: unknown): Promise<ExtensionView> {
    return showExtension(this.context, id, specOf(body));
  }

  @Post('extend')
  @HttpCode(200)
  async extend(@Param('id') id: string, @Body() body: unknown): Promise<ExperimentDetail> {
    const extended = await extendExperiment(this.context, id, specOf(body));
    return describeExperiment(this.context, await findExperiment(this.context.experiments, extended));
  }
}
