package exec

// Stats counts what a statement changed.
type Stats struct {
	NodesCreated         int64
	NodesDeleted         int64
	RelationshipsCreated int64
	RelationshipsDeleted int64
	PropertiesSet        int64
	LabelsAdded          int64
	LabelsRemoved        int64
}

// add adds what another part has changed.
func (s *Stats) add(o Stats) {
	s.NodesCreated += o.NodesCreated
	s.NodesDeleted += o.NodesDeleted
	s.RelationshipsCreated += o.RelationshipsCreated
	s.RelationshipsDeleted += o.RelationshipsDeleted
	s.PropertiesSet += o.PropertiesSet
	s.LabelsAdded += o.LabelsAdded
	s.LabelsRemoved += o.LabelsRemoved
}
