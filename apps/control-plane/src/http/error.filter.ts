import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AblateError, toErrorShape, type AblateErrorShape } from '@ablate/errors';
import type { Logger } from '@ablate/runtime';
import type { FastifyReply } from 'fastify';

/** The request is right, but not in the state that the thing is in. */
const CONFLICTS = new Set([
  'NOT_RUNNING',
  'NOT_PAUSED',
  'IS_CANCELLED',
  'NOTHING_TO_RETRY',
  'NOT_TRAINED',
  'CHANGED_MEANWHILE',
]);
const UNAVAILABLE = new Set(['DATABASE_UNREACHABLE']);

function statusOf({ code }: AblateErrorShape): number {
  if (code === 'NOT_FOUND') return 404;
  if (code === 'INTERNAL') return 500;
  if (UNAVAILABLE.has(code)) return 503;
  if (code === 'TOO_MANY_WAITING') return 429;
  if (code === 'IMAGE_TOO_LARGE') return 413;
  return CONFLICTS.has(code) ? 409 : 400;
}

/** Every failure leaves as `{ error: { code, message, path, value, rule, fix } }`; what is not ours is logged and hidden. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (thrown instanceof HttpException) {
      const status = thrown.getStatus();
      const error = new AblateError(status === 404 ? 'NO_ROUTE' : 'BAD_REQUEST', thrown.message, {
        rule: 'A route of /api/v1/openapi.json.',
        fix: 'Check method, path and body.',
      });
      void reply.status(status).send({ error: error.toJSON() });
      return;
    }
    const shape = toErrorShape(thrown);
    if (shape.code === 'INTERNAL') this.logger.error({ err: thrown }, 'request failed');
    void reply.status(statusOf(shape)).send({ error: shape });
  }
}
