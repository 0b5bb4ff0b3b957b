import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { toErrorShape } from '@ablate/errors';
import { createLogger, createShutdown, readEnvironment, readSettings } from '@ablate/runtime';
import { WorkerModule } from './worker.module.js';
import { WorkerService } from './worker.service.js';

try {
  const settings = readSettings();
  const shutdown = createShutdown(createLogger('worker', settings.logLevel));
  const context = await NestFactory.createApplicationContext(
    WorkerModule.register(settings, readEnvironment(), shutdown),
    { logger: ['error'], abortOnError: false },
  );
  shutdown.add('context', () => context.close());
  await context.get(WorkerService).start();
} catch (error) {
  const { message, fix } = toErrorShape(error);
  console.error(`ablate worker: ${message}${fix ? ` ${fix}` : ''}`);
  process.exit(1);
}
