// @neo4j/graphql: a schema over the graph, changed and asked in many of the ways that it has.
import assert from 'node:assert/strict'
import { Neo4jGraphQL } from '@neo4j/graphql'
import { graphql } from 'graphql'
import { driver, query, work } from './work.mjs'

const typeDefs = `
  interface Production { title: String! }
  type Movie implements Production @node {
    id: ID! @id
    title: String!
    year: Int
    score: Float
    tags: [String!]
    released: DateTime
    length: Duration
    place: Point
    created: DateTime! @timestamp(operations: [CREATE])
    actors: [Person!]! @relationship(type: "ACTED_IN", direction: IN, properties: "Acted")
    director: [Person!]! @relationship(type: "DIRECTED", direction: IN)
    double: Int @cypher(statement: "RETURN this.year * 2 AS double", columnName: "double")
  }
  type Series implements Production @node { title: String!, episodes: Int }
  type Person @node {
    name: String!
    born: Date
    movies: [Movie!]! @relationship(type: "ACTED_IN", direction: OUT, properties: "Acted")
    likes: [Liked!]! @relationship(type: "LIKES", direction: OUT)
  }
  union Liked = Movie | Series
  type Acted @relationshipProperties { role: String!, pay: Int }
  type Secret @node @authorization(validate: [{ where: { node: { owner: { eq: "$jwt.sub" } } } }]) {
    owner: String!
    text: String
  }
  type Account @node { email: String!  name: String @settable(onCreate: true) }
  type Query {
    busiest(least: Int!): [Person!]! @cypher(statement: """
      MATCH (p:Person)-[r:ACTED_IN]->() WITH p, count(r) AS n WHERE n >= $least RETURN p ORDER BY n DESC""", columnName: "p")
  }`

let schema
let neoSchema
const ask = (source, context = {}) => graphql({ schema, source, contextValue: context })
async function run (source, context) {
  const { data, errors } = await ask(source, context)
  if (errors) throw errors[0].originalError ?? errors[0]
  return JSON.parse(JSON.stringify(data))
}

await work({
  async schema () {
    neoSchema = new Neo4jGraphQL({ typeDefs, driver })
    schema = await neoSchema.getSchema()
    await neoSchema.checkNeo4jCompat({ driver })
    await neoSchema.assertIndexesAndConstraints({ driver })
  },

  async 'create, nested' () {
    const { createMovies } = await run(`mutation { createMovies(input: [
      { title: "Alien", year: 1979, score: 8.5, tags: ["space"], released: "1979-05-25T00:00:00.000Z", length: "PT1H57M",
        place: { latitude: 59.3, longitude: 18.1 },
        actors: { create: [
          { edge: { role: "Ripley", pay: 7 }, node: { name: "Weaver", born: "1949-10-08" } },
          { edge: { role: "Kane" }, node: { name: "Hurt" } }] },
        director: { create: [{ node: { name: "Scott" } }] } },
      { title: "Heat", year: 1995 }
    ]) { info { nodesCreated relationshipsCreated } movies { id title year length released place { latitude } created actors(sort: [{ name: ASC }]) { name born } } } }`)
    assert.deepEqual(createMovies.info, { nodesCreated: 5, relationshipsCreated: 3 })
    const alien = createMovies.movies.find(m => m.title === 'Alien')
    assert.equal(alien.id.length, 36)
    assert.equal(alien.released, '1979-05-25T00:00:00.000Z')
    assert.match(alien.length, /^P/)
    assert.equal(alien.place.latitude, 59.3)
    assert.deepEqual(alien.actors.map(a => a.name), ['Hurt', 'Weaver'])
    assert.equal(alien.actors[1].born, '1949-10-08')
  },

  async 'filters and order' () {
    const titles = async where => (await run(`{ movies(where: ${where}, sort: [{ title: ASC }]) { title } }`)).movies.map(m => m.title)
    assert.deepEqual(await titles('{ year: { gt: 1980 } }'), ['Heat'])
    assert.deepEqual(await titles('{ title: { contains: "e" } }'), ['Alien', 'Heat'])
    assert.deepEqual(await titles('{ OR: [{ year: { eq: 1979 } }, { title: { startsWith: "H" } }] }'), ['Alien', 'Heat'])
    assert.deepEqual(await titles('{ NOT: { title: { in: ["Heat"] } } }'), ['Alien'])
    assert.deepEqual(await titles('{ tags: { includes: "space" } }'), ['Alien'])
    assert.deepEqual(await titles('{ released: { lt: "2000-01-01T00:00:00Z" } }'), ['Alien'])
    assert.deepEqual(await titles('{ place: { distance: { from: { latitude: 59, longitude: 18 }, lt: 100000 } } }'), ['Alien'])
    assert.deepEqual(await titles('{ actors: { some: { name: { eq: "Weaver" } } } }'), ['Alien'])
    assert.deepEqual(await titles('{ actors: { none: { name: { eq: "Weaver" } } } }'), ['Heat'])
    assert.deepEqual(await titles('{ actors: { all: { name: { in: ["Weaver", "Hurt"] } } } }'), ['Alien'])
    assert.deepEqual(await titles('{ actors: { single: { name: { eq: "Hurt" } } } }'), ['Alien'])
    assert.deepEqual(await titles('{ actorsConnection: { some: { edge: { role: { eq: "Ripley" } } } } }'), ['Alien'])
    assert.deepEqual(await titles('{ actorsConnection: { aggregate: { count: { nodes: { gt: 1 } } } } }'), ['Alien'])
    assert.deepEqual(await titles('{ actorsConnection: { aggregate: { edge: { pay: { max: { gte: 7 } } } } } }'), ['Alien'])
  },

  async 'connections and pages' () {
    const page = after => run(`{ moviesConnection(first: 1, ${after ? `after: "${after}",` : ''} sort: [{ title: ASC }]) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { title actorsConnection(sort: [{ edge: { role: ASC } }]) {
        totalCount edges { properties { role pay } node { name } } } } } } }`)
    const first = (await page()).moviesConnection
    assert.equal(first.totalCount, 2)
    assert.equal(first.pageInfo.hasNextPage, true)
    assert.deepEqual(first.edges[0].node.actorsConnection.edges.map(e => e.properties.role), ['Kane', 'Ripley'])
    const second = (await page(first.pageInfo.endCursor)).moviesConnection
    assert.deepEqual(second.edges.map(e => e.node.title), ['Heat'])
    assert.equal(second.pageInfo.hasNextPage, false)
  },

  async aggregates () {
    const { moviesConnection: all, movies } = await run(`{
      moviesConnection { aggregate { count { nodes } node { year { min max average sum } title { shortest longest } } } }
      movies(where: { title: { eq: "Alien" } }) { actorsConnection { aggregate { count { nodes edges } node { name { shortest } } edge { pay { sum } role { longest } } } } } }`)
    assert.deepEqual(all.aggregate.node.year, { min: 1979, max: 1995, average: 1987, sum: 3974 })
    assert.equal(all.aggregate.count.nodes, 2)
    assert.equal(movies[0].actorsConnection.aggregate.edge.pay.sum, 7)
    assert.equal(movies[0].actorsConnection.aggregate.edge.role.longest, 'Ripley')
  },

  async 'connect, update, disconnect, delete' () {
    await run('mutation { createPeople(input: [{ name: "Pacino" }]) { people { name } } }')
    const { updateMovies } = await run(`mutation { updateMovies(where: { title: { eq: "Heat" } }, update: {
      year: { add: 1 }, tags: { set: ["crime"] },
      actors: [{ connect: [{ where: { node: { name: { in: ["Pacino", "Weaver"] } } }, edge: { role: "?" } }] }] })
      { info { relationshipsCreated } movies { year tags actorsConnection { edges { node { name } properties { role } } } } } }`)
    assert.equal(updateMovies.info.relationshipsCreated, 2)
    assert.equal(updateMovies.movies[0].year, 1996)
    await run(`mutation { updateMovies(where: { title: { eq: "Heat" } }, update: { actors: [
      { update: { where: { node: { name: { eq: "Pacino" } } }, edge: { role: { set: "Hanna" } }, node: { name: { set: "Al Pacino" } } } },
      { disconnect: [{ where: { node: { name: { eq: "Weaver" } } } }] }] }) { movies { title } } }`)
    assert.deepEqual(await query('MATCH (p)-[r:ACTED_IN]->(:Movie {title: "Heat"}) RETURN p.name AS name, r.role AS role'), [{ name: 'Al Pacino', role: 'Hanna' }])
    const { deleteMovies } = await run(`mutation { deleteMovies(where: { title: { eq: "Heat" } }, delete: { actors: [{ where: { node: { name: { startsWith: "Al" } } } }] })
      { nodesDeleted relationshipsDeleted } }`)
    assert.deepEqual(deleteMovies, { nodesDeleted: 2, relationshipsDeleted: 1 })
  },

  async 'interfaces and unions' () {
    await run('mutation { createSeries(input: [{ title: "Lost", episodes: 114 }]) { series { title } } }')
    await run(`mutation { updatePeople(where: { name: { eq: "Hurt" } }, update: { likes: {
      Movie: [{ connect: [{ where: { node: { title: { eq: "Alien" } } } }] }], Series: [{ connect: [{ where: { node: { title: { eq: "Lost" } } } }] }] } }) { people { name } } }`)
    const { productions, people } = await run(`{ productions(sort: [{ title: ASC }]) { __typename title ... on Series { episodes } }
      people(where: { name: { eq: "Hurt" } }) { likes { __typename ... on Movie { year } ... on Series { episodes } } } }`)
    assert.deepEqual(productions, [{ __typename: 'Movie', title: 'Alien' }, { __typename: 'Series', title: 'Lost', episodes: 114 }])
    assert.deepEqual(people[0].likes.map(l => l.year ?? l.episodes).sort((a, b) => a - b), [114, 1979])
  },

  async 'own Cypher' () {
    const { movies, busiest } = await run('{ movies(where: { double: { gt: 1 } }) { title double } busiest(least: 1) { name movies { title } } }')
    assert.deepEqual(movies, [{ title: 'Alien', double: 3958 }])
    assert.deepEqual(busiest.map(p => p.name).sort(), ['Hurt', 'Weaver'])
  },

  async authorization () {
    const jwt = sub => ({ jwt: { sub } })
    await run('mutation { createSecrets(input: [{ owner: "ann", text: "x" }]) { secrets { text } } }', jwt('ann'))
    assert.deepEqual((await run('{ secrets { text } }', jwt('ann'))).secrets, [{ text: 'x' }])
    const { errors } = await ask('{ secrets { text } }', jwt('bob'))
    assert.match(errors[0].message, /Forbidden/)
    const refused = await ask('mutation { createSecrets(input: [{ owner: "ann" }]) { secrets { text } } }', jwt('bob'))
    assert.match(refused.errors[0].message, /Forbidden/)
    assert.deepEqual(await query('MATCH (s:Secret) RETURN count(s) AS n'), [{ n: 1 }])
  }
})
