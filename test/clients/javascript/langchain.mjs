// @langchain/neo4j: graphs of documents, schemas, questions, the memory of a conversation.
import assert from 'node:assert/strict'
import { FakeEmbeddings, FakeListChatModel } from '@langchain/core/utils/testing'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { GraphCypherQAChain, MemgraphGraph, Neo4jChatMessageHistory, Neo4jGraph, Neo4jVectorStore } from '@langchain/neo4j'
import { query, url, username, password, work } from './work.mjs'

console.debug = () => {}
const access = { url, username, password }
const oslo = { id: 'oslo', type: 'City', properties: { name: 'Oslo', people: 700_000 } }
const norway = { id: 'norway', type: 'Land', properties: {} }
const document = {
  nodes: [oslo, norway],
  relationships: [{ source: oslo, target: norway, type: 'capital of', properties: { since: 1814 } }],
  source: { pageContent: 'Oslo is the capital of Norway.', metadata: { page: 1 } }
}
let graph

await work({
  async documents () {
    graph = await Neo4jGraph.initialize(access)
    for (let i = 0; i < 2; i++) { // again changes nothing
      await graph.addGraphDocuments([document], { baseEntityLabel: true, includeSource: true })
    }
    assert.deepEqual(await graph.query('MATCH (d:Document)-[:MENTIONS]->(n) WITH d, n.id AS id ORDER BY id RETURN d.text AS text, collect(id) AS ids'),
      [{ text: document.source.pageContent, ids: ['norway', 'oslo'] }])
    assert.deepEqual(await query('MATCH (a:City)-[r:CAPITAL_OF]->(b:Land) RETURN a.id, r.since, b.id, count(*) AS n'),
      [{ 'a.id': 'oslo', 'r.since': 1814, 'b.id': 'norway', n: 1 }])
    assert.deepEqual(await query("SHOW CONSTRAINTS YIELD type, labelsOrTypes WHERE '__Entity__' IN labelsOrTypes RETURN type"), [{ type: 'UNIQUENESS' }])
  },

  async schema () {
    await graph.refreshSchema()
    const text = graph.getSchema()
    for (const part of [/City \{.*people: FLOAT/, /CAPITAL_OF \{since: FLOAT/, /: City\) - \[: CAPITAL_OF\] -> \(:Land\)/]) {
      assert.match(text, part)
    }
    const { nodeProps, relationships } = graph.getStructuredSchema()
    assert.ok(nodeProps.City.some(p => p.property === 'name' && p.type === 'STRING'))
    assert.ok(relationships.some(r => r.start === 'City' && r.type === 'CAPITAL_OF' && r.end === 'Land'))
  },

  async 'schema with values' () {
    const enhanced = await Neo4jGraph.initialize({ ...access, enhancedSchema: true })
    assert.match(enhanced.getSchema(), /Oslo/)
    await enhanced.close()
  },

  async 'schema of Memgraph' () {
    const other = await MemgraphGraph.initialize(access)
    assert.match(other.getSchema(), /Node name: 'City'/)
    assert.match(other.getSchema(), /\(:City\)-\[:CAPITAL_OF\]->\(:Land\)/)
    await other.close()
  },

  async question () {
    const llm = new FakeListChatModel({ responses: ['```MATCH (c:City)-[:CAPITAL_OF]->(:Land {id: "norway"}) RETURN c.name AS name```', 'Oslo'] })
    const chain = GraphCypherQAChain.fromLLM({ llm, graph, returnIntermediateSteps: true })
    const answer = await chain.invoke({ query: 'Which is the capital of Norway?' })
    assert.equal(answer.result, 'Oslo')
    assert.deepEqual(answer.intermediateSteps[1].context, [{ name: 'Oslo' }])
  },

  async conversation () {
    const history = await Neo4jChatMessageHistory.initialize({ ...access, sessionId: 's', windowSize: 2 })
    const said = ['one', 'two', 'three', 'four', 'five']
    for (const [i, text] of said.entries()) {
      await history.addMessage(i % 2 === 0 ? new HumanMessage(text) : new AIMessage(text))
    }
    assert.deepEqual((await history.getMessages()).map(m => m.content), said.slice(1))
    await history.clear()
    assert.deepEqual(await query('MATCH (n:ChatMessage) RETURN count(n) AS n'), [{ n: 0 }])
    await history.close()
  },

  // There are no vector indexes; what asks for one is told so, by name.
  async 'vector store, refused' () {
    const store = Neo4jVectorStore.fromTexts(['a'], [{}], new FakeEmbeddings(), access)
    await assert.rejects(store, error => /vector/i.test(error.message) && /not supported|no procedure/i.test(error.message))
    await graph.close()
  }
})
