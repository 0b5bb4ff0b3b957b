import { Controller, Get, Headers, Inject, NotFoundException, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONTEXT, type Context } from '../context.js';
import { StaticFiles } from './static-files.js';

const NOT_BUILT = `<!doctype html><title>Ablate</title><p>The dashboard is not built. Run <code>npm run build</code>, then reload.
The API is at <a href="/api/v1/openapi.json">/api/v1</a>.`;

/** The dashboard's files at `/`; any address that is no file is a page of its router. */
@Controller()
export class DashboardController {
  private readonly files: StaticFiles;

  constructor(@Inject(CONTEXT) { dashboardDir }: Context) {
    this.files = new StaticFiles(dashboardDir);
  }

  @Get()
  root(@Headers() headers: Record<string, string>, @Res() reply: FastifyReply): Promise<void> {
    return this.send('index.html', headers, reply);
  }

  @Get('*')
  async page(
    @Req() request: FastifyRequest,
    @Headers() headers: Record<string, string>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = request.url.split('?')[0]!;
    if (path.startsWith('/api/')) throw new NotFoundException(`Cannot GET ${path}`);
    // A missing file is missing; only what looks like a page is one.
    const isFile = /\.\w+$/.test(path);
    await this.send(isFile ? path.slice(1) : 'index.html', headers, reply);
  }

  private async send(name: string, headers: Record<string, string>, reply: FastifyReply): Promise<void> {
    const file = await this.files.find(name, headers['accept-encoding'] ?? '');
    if (!file) {
      if (name !== 'index.html') throw new NotFoundException(`Cannot GET /${name}`);
      void reply.status(503).header('content-type', 'text/html; charset=utf-8').send(NOT_BUILT);
      return;
    }
    void reply.headers(file.headers);
    if (headers['if-none-match'] === file.headers.etag) void reply.status(304).send();
    else void reply.send(file.body);
  }
}
