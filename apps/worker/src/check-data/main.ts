import { DEFAULT_SYSTEM, TEMPLATES, type TemplateName } from '@ablate/catalogue';
import { checkDataset, type DataRecord } from '@ablate/datasets';
import { AblateError, toErrorShape } from '@ablate/errors';
import { encodeConversation, IMAGE_ID, loadTokenizer } from '@ablate/vlm';

/** What `ablate data check --tokenizer` asks for: one JSON argument. */
interface Request {
  readonly path: string;
  readonly images: string | null;
  readonly maxLength: number;
  readonly tokenizer: string;
  readonly template: string;
  /** Tokens that an image takes. */
  readonly imageTokens: number;
}

function templateNamed(name: string): TemplateName {
  const template = TEMPLATES.find((known) => known === name);
  if (template) return template;
  throw new AblateError('UNKNOWN_TEMPLATE', `'${name}' is no template.`, {
    path: '--template',
    value: name,
    rule: `One of ${TEMPLATES.join(', ')}.`,
    fix: 'Name one of them.',
  });
}

/** Checks a dataset with exact token counts. Prints the report, or `{ "error" }`. */
async function check(request: Request): Promise<unknown> {
  const template = templateNamed(request.template);
  const tokenizer = await loadTokenizer(request.tokenizer);
  const tokens = ({ conversations, images }: DataRecord): { tokens: number; mismatch: boolean } => {
    const system = template === 'pretrain' ? '' : DEFAULT_SYSTEM;
    const several = images.length > 1;
    const encoded = encodeConversation(
      conversations,
      template,
      system,
      tokenizer,
      Number.MAX_SAFE_INTEGER,
      several,
    );
    const pictures = encoded.ids.filter((id) => id === IMAGE_ID).length;
    return {
      tokens: encoded.ids.length + pictures * (request.imageTokens - 1),
      mismatch: encoded.mismatch !== null,
    };
  };
  return checkDataset(request.path, { ...request, tokens });
}

try {
  process.stdout.write(JSON.stringify(await check(JSON.parse(process.argv[2]!) as Request)));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: toErrorShape(error) }));
}
