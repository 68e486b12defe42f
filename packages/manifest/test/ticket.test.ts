import { encode } from '@ipld/dag-cbor'
import { multiaddr } from '@multiformats/multiaddr'
import { encodeTicket, MAX_TICKET_LENGTH, parseTicket } from '@soup/manifest'
import fc from 'fast-check'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import t from 'tap'
import { base } from './fixtures.ts'

const peer = '12D3KooWQVGaYX1GLfUp8bCPifH8HvTBtn5kf8mRu4p6eU6ue4Ec'
const relay = '12D3KooWB3AVrKHVZbA6ZFzdyaEYGv4wbmNcMXkLqMRMb7yhK8wW'
const ticket = {
  record: base.base,
  addresses: [
    `/ip4/127.0.0.1/tcp/4001/p2p/${peer}`,
    `/dns4/example.org/tcp/443/tls/ws/p2p/${relay}/p2p-circuit/p2p/${peer}`,
    `/ip6/::1/tcp/4001/p2p/${peer}`
  ]
}

const written = (content: unknown) => `soup${base32.baseEncode(encode(content))}`
const record = CID.parse(base.base)
const address = multiaddr(ticket.addresses[0]).bytes

t.test('a ticket reads back as it was written', async t => {
  t.same(parseTicket(encodeTicket(ticket)), ticket)
  const bare = { record: base.base, addresses: [] }
  t.same(parseTicket(encodeTicket(bare)), bare)
})

t.test('a ticket is one word of lower-case letters and digits', async t => {
  t.match(encodeTicket(ticket), /^soup[a-z2-7]+$/)
  t.equal(
    encodeTicket({ record: base.base, addresses: [ticket.addresses[0]!] }),
    'soupqma5qksyeuaac4isebiogeksrdyqq367iju6z25j3jngec4sey4bk45hskhledf6iibn5akygech6aaaaeda7infamtaajaiaejcbwp26lbcqsk5sd2lxqlp3wt72lsv4vw57fk2mjv53o4kaqkylcpj'
  )
})

t.test(
  'a ticket with a character changed or cut off is refused or names something else',
  async t => {
    const text = encodeTicket(ticket)
    const isSafe = (at: number, c: string): boolean => {
      const changed = text.slice(0, at) + c + text.slice(at + 1)
      try {
        return changed === text || encodeTicket(parseTicket(changed)) === changed
      } catch (error) {
        return (error as { code?: string }).code === 'TICKET_INVALID'
      }
    }
    const at = fc.nat({ max: text.length - 1 })
    const c = fc.constantFrom(...'abcxyz234567AZ19 -')
    t.doesNotThrow(() => fc.assert(fc.property(at, c, isSafe), { numRuns: 1000 }))
    for (let length = 0; length < text.length; length++) {
      t.throws(() => parseTicket(text.slice(0, length)), { code: 'TICKET_INVALID' })
    }
  }
)

t.test('what is no ticket is refused', async t => {
  const wrong: [string, string][] = [
    ['another prefix', encodeTicket(ticket).replace('soup', 'stew')],
    ['capitals', encodeTicket(ticket).toUpperCase()],
    ['space around', ` ${encodeTicket(ticket)}`],
    ['too long', `soup${'a'.repeat(MAX_TICKET_LENGTH)}`],
    ['no list', written({})],
    ['another version', written([2, record, [address]])],
    ['a field too many', written([1, record, [address], 1])],
    ['no record', written([1, 'x', [address]])],
    ['a chunk', written([1, CID.createV1(0x55, record.multihash), [address]])],
    ['a CIDv0', written([1, CID.createV0(record.multihash as never), [address]])],
    ['no addresses', written([1, record, 'x'])],
    ['too many addresses', written([1, record, new Array(17).fill(address)])],
    ['an address as text', written([1, record, [ticket.addresses[0]]])],
    ['an address that is none', written([1, record, [new Uint8Array([255, 255])]])],
    ['an empty address', written([1, record, [new Uint8Array()]])],
    ['an address without a peer', written([1, record, [multiaddr('/ip4/1.2.3.4/tcp/5').bytes]])],
    [
      'not one item',
      `soup${base32.baseEncode(Buffer.concat([encode([1, record, []]), new Uint8Array([1])]))}`
    ]
  ]
  for (const [title, text] of wrong) {
    t.throws(() => parseTicket(text), { code: 'TICKET_INVALID' }, title)
  }
})

t.test('encodeTicket() refuses what parseTicket() would', async t => {
  for (const addresses of [
    ['nonsense'],
    ['/ip4/1.2.3.4/tcp/5'],
    ['/dns4/a/tcp/1/p2p/x'],
    new Array(17).fill(ticket.addresses[0])
  ]) {
    t.throws(() => encodeTicket({ record: base.base, addresses }), { code: 'TICKET_INVALID' })
  }
  t.throws(() => encodeTicket({ record: 'x', addresses: [] }), { code: 'TICKET_INVALID' })
})
