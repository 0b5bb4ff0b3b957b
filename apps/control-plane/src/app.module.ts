import { Module, type DynamicModule } from '@nestjs/common';
import { CONTEXT, type Context } from './context.js';
import { DashboardController } from './http/dashboard.controller.js';
import { DetailsController } from './http/details.controller.js';
import { ExtendingController } from './http/extending.controller.js';
import { EventsController } from './http/events.controller.js';
import { GridsController } from './http/grids.controller.js';
import { HealthController } from './http/health.controller.js';
import { PlaygroundController } from './http/playground.controller.js';
import { TagsController } from './http/tags.controller.js';
import { PagesController } from './http/pages.controller.js';
import { MetaController } from './http/meta.controller.js';

@Module({})
export class AppModule {
  static register(context: Context): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        GridsController,
        ExtendingController,
        TagsController,
        PlaygroundController,
        DetailsController,
        HealthController,
        EventsController,
        MetaController,
        PagesController,
        DashboardController,
      ],
      providers: [{ provide: CONTEXT, useValue: context }],
    };
  }
}
