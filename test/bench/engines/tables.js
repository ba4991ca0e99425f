// The social network of ../shared/data in an engine that wants a table for each kind of node and relationship.
const fs = require('fs')
const os = require('os')
const path = require('path')
const zlib = require('zlib')

const labels = {
  person: 'Person', forum: 'Forum', tag: 'Tag', tag_class: 'TagClass', place: 'Place', organisation: 'Organisation', post: 'Post', comment: 'Comment'
}
const verbs = ['knows', 'has_interest', 'is_located_in', 'study_at', 'work_at', 'likes', 'container_of', 'has_moderator', 'has_tag', 'has_creator',
  'reply_of', 'is_part_of', 'has_type', 'is_subclass_of']
const numbers = new Set(['id', 'birthday', 'creationDate', 'classYear', 'workFrom'])
const csv = "header=true, quote='\"', escape='\"', delim=','"

const column = name => `${name} ${numbers.has(name) ? 'INT64' : 'STRING'}`

// unpack writes the files of dir to another directory, plain, and returns the columns of each.
function unpack (dir, to) {
  const files = {}
  for (const name of fs.readdirSync(dir).filter(name => name.endsWith('.csv.gz'))) {
    const text = zlib.gunzipSync(fs.readFileSync(path.join(dir, name)))
    const kind = name.slice(0, -'.csv.gz'.length)
    fs.writeFileSync(path.join(to, kind + '.csv'), text)
    files[kind] = text.subarray(0, text.indexOf('\n')).toString().trim().split(',')
  }
  return files
}

// byVerb returns the files of relationships by their verb.
function byVerb (files) {
  const groups = {}
  for (const kind in files) {
    const verb = verbs.find(verb => kind.includes(`_${verb}_`))
    if (!verb) continue
    const [from, to] = kind.split(`_${verb}_`).map(name => labels[name])
    groups[verb] = [...(groups[verb] || []), { kind, from, to }]
  }
  return groups
}

// A message is a post or a comment, and a pattern that must not be there is a subquery.
function translated (text) {
  return text.replaceAll(':Message', ':Post:Comment').replace(/AND NOT (\(\w\)-\S+)/, 'AND NOT EXISTS { MATCH $1 }')
}

module.exports = function tables (conn) {
  async function fill (dir, files) {
    for (const kind in labels) {
      await conn.query(`CREATE NODE TABLE ${labels[kind]}(${files[kind].map(column).join(', ')}, PRIMARY KEY(id))`)
      await conn.query(`COPY ${labels[kind]} FROM '${dir}/${kind}.csv' (${csv}, parallel=false)`)
    }
    const groups = byVerb(files)
    for (const verb in groups) {
      const ends = groups[verb].map(r => `FROM ${r.from} TO ${r.to}`)
      const properties = files[groups[verb][0].kind].slice(2).map(column)
      await conn.query(`CREATE REL TABLE ${verb.toUpperCase()}(${[...ends, ...properties].join(', ')})`)
      for (const r of groups[verb]) {
        await conn.query(`COPY ${verb.toUpperCase()} FROM '${dir}/${r.kind}.csv' (${csv}, from='${r.from}', to='${r.to}')`)
      }
    }
  }
  return {
    async load (dir) {
      const plain = fs.mkdtempSync(path.join(os.tmpdir(), 'network-'))
      try {
        await fill(plain, unpack(dir, plain))
      } finally {
        fs.rmSync(plain, { recursive: true })
      }
    },
    async count (text) {
      const result = await conn.query(translated(text))
      const [row] = await result.getAll()
      result.close()
      return Object.values(row)[0]
    }
  }
}
