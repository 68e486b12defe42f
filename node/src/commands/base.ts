import { type BaseRecord, encodeTicket, type SignedRecord } from '@soup/manifest'
import { formatBytes, listing, shortId, table, yesNo } from '../cli/format.ts'
import { shareBase } from '../library/base-add.ts'
import { checkWords } from '../library/check-words.ts'
import { bases } from '../library/holdings.ts'
import { findBase } from '../library/lookup.ts'
import { hasBase } from '../library/models.ts'
import { refreshCatalogue } from '../library/refresh.ts'
import { type Command, nodeCommand } from './command.ts'

/** `base add`: makes a checkpoint known as a base. */
export const baseAdd: Command = nodeCommand({
  name: 'base add',
  summary: 'make a checkpoint known as a base; with --share its bytes travel too',
  args: [
    {
      flags: '<path>',
      summary: 'a .safetensors file, a Hugging Face folder, a PEFT adapter folder, an ONNX file'
    }
  ],
  options: [
    { flags: '--name <name>', summary: 'what people call it' },
    { flags: '--license <spdx>', summary: 'its licence, as an SPDX expression' },
    { flags: '--share', summary: 'copy it into the repo, so that peers can pull it' }
  ],
  examples: [
    'soup-node base add model.safetensors --name planar-runner --license Apache-2.0 --share'
  ],
  needs: 'repo',
  async run(node, invocation, options) {
    const path = invocation.path(invocation.arg(0, 'path'))
    const [name, license] = [invocation.required('name'), invocation.text('license')]
    await checkWords(node, { name, license })
    const fields = { name, license, share: invocation.flag('share') }
    const signed = await shareBase(node, path, fields, options)
    const { base, tensors, bytes } = signed.record
    const addresses = node.exchange?.addresses() ?? []
    const ticket = encodeTicket({ record: signed.id, addresses })
    return { id: base, record: signed.id, name, tensors: tensors.length, bytes, ticket }
  },
  render: base =>
    [
      `Added the base ${base.name}: ${base.tensors} tensors, ${formatBytes(base.bytes)}`,
      `  id      ${base.id}`,
      `  ticket  ${base.ticket}`
    ].join('\n')
})

/** `base list`: bases that this node has or knows of. */
export const baseList: Command = nodeCommand({
  name: 'base list',
  summary: 'list the bases that this node has or knows of',
  examples: ['soup-node base list', 'soup-node base list --json'],
  needs: 'repo',
  async run(node, _invocation, options) {
    await refreshCatalogue(node, undefined, options)
    const list = []
    for await (const { signed, complete } of bases(node, options)) {
      list.push(summaryOf(signed, complete))
    }
    return list
  },
  render: list =>
    listing(
      list,
      {
        base: base => shortId(base.id),
        name: base => base.name,
        size: base => formatBytes(base.bytes),
        licence: base => base.license ?? '',
        here: base => yesNo(base.complete),
        shared: base => yesNo(base.shared)
      },
      'No base is known yet; add one with: soup-node base add PATH --name NAME, or bring one here with: soup-node pull TICKET'
    )
})

/** `base show`: one base with its tensors. */
export const baseShow: Command = nodeCommand({
  name: 'base show',
  summary: 'show one base and its tensors',
  args: [{ flags: '<base>', summary: 'its id, or the beginning of it' }],
  examples: ['soup-node base show bafyreib...'],
  needs: 'repo',
  async run(node, invocation, options) {
    const signed = await findBase(node, invocation.arg(0, 'base'), options)
    const complete = await hasBase(node, signed.record.base, options)
    return { ...summaryOf(signed, complete), tensorList: signed.record.tensors }
  },
  render: base =>
    [
      `${base.name} (${base.id}), by ${base.publisher}`,
      `${formatBytes(base.bytes)}, licence ${base.license ?? 'not stated'}`,
      table(
        ['tensor', 'dtype', 'shape'],
        base.tensorList.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(', ')}]`])
      )
    ].join('\n')
})

function summaryOf(signed: SignedRecord<BaseRecord>, complete: boolean) {
  const { base, name, license, bytes, payload, created, tensors } = signed.record
  return {
    id: base,
    record: signed.id,
    name,
    license,
    publisher: signed.publisher,
    tensors: tensors.length,
    bytes,
    shared: payload !== undefined,
    complete,
    created: new Date(created).toISOString()
  }
}
