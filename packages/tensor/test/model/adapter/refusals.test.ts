import t from 'tap'
import { parse } from './fixtures.ts'

const REFUSED: Record<string, [fields: Record<string, unknown>, message: RegExp]> = {
  'another method': [{ peft_type: 'IA3' }, /peft_type: expected LORA, got "IA3"/],
  'no method': [{ peft_type: null }, /expected LORA, got null/],
  PiSSA: [{ init_lora_weights: 'pissa' }, /init_lora_weights pissa: it starts from a changed base/],
  'PiSSA by iterations': [{ init_lora_weights: 'pissa_niter_16' }, /pissa_niter_16: it starts/],
  OLoRA: [{ init_lora_weights: 'olora' }, /changed base/],
  CorDA: [{ init_lora_weights: 'corda' }, /changed base/],
  LoftQ: [{ init_lora_weights: 'loftq' }, /changed base/],
  'LoRA-GA': [{ init_lora_weights: 'lora_ga' }, /changed base/],
  'an initialisation of the future': [{ init_lora_weights: 'new' }, /not known/],
  'an initialisation that is a number': [{ init_lora_weights: 1 }, /not known/],
  aLoRA: [{ alora_invocation_tokens: [1, 2] }, /"alora_invocation_tokens": it acts on some tokens/],
  'layer replication': [{ layer_replication: [[0, 4]] }, /more layers than its base/],
  Megatron: [{ megatron_config: { a: 1 } }, /"megatron_config"/],
  'trainable tokens': [{ trainable_token_indices: [1] }, /"trainable_token_indices"/],
  QALoRA: [{ use_qalora: true }, /"use_qalora"/],
  'parameters that are no modules': [{ target_parameters: ['experts'] }, /"target_parameters"/],
  'BD-LoRA': [{ use_bdlora: { nblocks: 2 } }, /"use_bdlora"/],
  Arrow: [{ arrow_config: { top_k: 3 } }, /"arrow_config"/],
  KaSA: [{ kasa_config: { beta: 1 } }, /"kasa_config"/],
  MonteCLoRA: [{ monteclora_config: { a: 1 } }, /"monteclora_config"/],
  'tied factors': [{ ensure_weight_tying: true }, /"ensure_weight_tying"/],
  'a field of the future': [{ use_magic: true }, /"use_magic": this version does not know/],
  'a number of the future': [{ magic: 0 }, /"magic": this version does not know/],
  'text of the future': [{ magic: 'x' }, /"magic"/]
}

for (const [what, [fields, message]] of Object.entries(REFUSED)) {
  t.test(`an adapter with ${what} is refused by name`, async t => {
    t.throws(() => parse(fields), { code: 'ADAPTER_UNSUPPORTED', message })
  })
}

t.test('what changes nothing of the update passes', async t => {
  for (const init of [true, false, null, 'gaussian', 'eva', 'orthogonal', 'mica']) {
    t.equal(parse({ init_lora_weights: init }).rank, 4, String(init))
  }
  const empty = { magic: null, more: false, most: [], all: {}, none: '', eva_config: { rho: 2 } }
  t.equal(parse(empty).rank, 4)
  t.equal(parse({ bias: 'lora_only', lora_dropout: 0.5, velora_config: { scale: 1 } }).rank, 4)
})
