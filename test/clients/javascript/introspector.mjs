// @neo4j/introspector: the types of GraphQL that a graph has.
import assert from 'node:assert/strict'
import introspector from '@neo4j/introspector'
import { driver, query, work } from './work.mjs'

const { toGenericStruct, toGraphQLTypeDefs } = introspector

await work({
  async 'type definitions' () {
    await query(`CREATE (:Person {name: 'Ann', born: date('1990-01-02'), tags: ['a']})-[:LIVES_IN {since: 2010, why: 'work'}]->(:City:Capital {name: 'Oslo', at: point({x: 1, y: 2})}),
      (:Person {name: 'Bob', height: 1.8})-[:KNOWS]->(:Person {name: 'Cid', ok: true})`)
    const text = await toGraphQLTypeDefs(() => driver.session())
    for (const part of [/type Person @node/, /name: String!/, /height: Float/, /ok: Boolean/, /born: Date/, /tags: \[String\]/,
      /@node\(labels: \["C\w+", "C\w+"\]\)/, /@relationship\(type: "LIVES_IN", direction: OUT, properties: "LivesInProperties"\)/,
      /type LivesInProperties @relationshipProperties/, /since: BigInt!|since: Int!/, /@relationship\(type: "KNOWS", direction: (OUT|IN)\)/]) {
      assert.match(text, part)
    }
  },

  async 'the graph in general' () {
    const { nodes, relationships } = await toGenericStruct(() => driver.session())
    assert.ok(Object.keys(nodes).length > 0 && Object.keys(relationships).length > 0)
  },

  async 'an empty graph' () {
    await query('MATCH (n) DETACH DELETE n')
    assert.equal((await toGraphQLTypeDefs(() => driver.session())).trim(), '')
  }
})
