import type { Format } from './format.js';
import { ai2d, mmbench, scienceqa } from './formats/choice.js';
import { llavaW, mmVet } from './formats/judged.js';
import { mmmu } from './formats/mmmu.js';
import { captions, gqa, textvqa, vizwiz, vqaV2 } from './formats/vqa.js';
import { mme, pope } from './formats/yes-no.js';

/** Public formats by the name that a benchmark.json gives them. */
export const FORMATS: Readonly<Record<string, Format>> = {
  vqav2: vqaV2,
  textvqa,
  gqa,
  scienceqa,
  pope,
  mme,
  mmbench,
  mmmu,
  vizwiz,
  ai2d,
  captions,
  'mm-vet': mmVet,
  'llava-w': llavaW,
};
