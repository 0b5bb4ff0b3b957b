import type { LlmEntry } from './catalogue-index.js';
import type { TemplateName } from './stage-config.js';

/** Conversation template of an LLM (`conv_version` of TinyLLaVA_Factory's scripts, vlm.md 1.3). Instruct and base Qwen2 end turns differently. */
export function conversationTemplate({ architecture, id }: LlmEntry): TemplateName {
  switch (architecture) {
    case 'llama':
    case 'openelm':
      return 'llama';
    case 'phi':
    case 'stablelm':
      return 'phi';
    case 'gemma':
      return 'gemma';
    case 'qwen2':
      return /instruct|chat/i.test(id) ? 'qwen2_instruct' : 'qwen2_base';
  }
}
