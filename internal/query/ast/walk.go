package ast

// Children calls visit with each expression directly below e. Patterns inside e are not
// entered; their properties, conditions and dynamic names are.
func Children(e Expr, visit func(Expr)) {
	all := func(list ...Expr) {
		for _, x := range list {
			if x != nil {
				visit(x)
			}
		}
	}
	switch e := e.(type) {
	case *Literal, *Param, *Variable, *CaseSubject:
	case *Property:
		all(e.X)
	case *Subscript:
		all(e.X, e.Index)
	case *Slice:
		all(e.X, e.From, e.To)
	case *HasLabels:
		all(e.X)
		LabelOperands(e.Is, visit)
	case *List:
		all(e.Items...)
	case *Map:
		all(e.Values...)
	case *Unary:
		all(e.X)
	case *Binary:
		all(e.X, e.Y)
	case *Comparison:
		all(e.Operands...)
	case *IsNull:
		all(e.X)
	case *IsTyped:
		all(e.X)
	case *IsNormalized:
		all(e.X)
	case *CaseWhen:
		all(e.Items...)
	case *Case:
		all(e.Subject)
		all(e.When...)
		all(e.Then...)
		all(e.Else)
	case *Call:
		all(e.Args...)
	default:
		childrenScoped(e, all)
	}
}

// childrenScoped is Children for the expressions that bring variables of their own.
func childrenScoped(e Expr, all func(...Expr)) {
	switch e := e.(type) {
	case *ListComprehension:
		all(e.List, e.Where, e.Result)
	case *PatternComprehension:
		partProps(e.Part, all)
		all(e.Where, e.Result)
	case *Quantifier:
		all(e.List, e.Where)
	case *Reduce:
		all(e.Init, e.List, e.Result)
	case *MapProjection:
		all(e.X)
		for _, item := range e.Items {
			all(item.Value)
		}
	case *PatternPredicate:
		partProps(e.Part, all)
	case *ShortestPath:
		partProps(e.Part, all)
	case *Subquery:
		if e.Pattern != nil {
			for _, part := range e.Pattern.Parts {
				partProps(part, all)
			}
		}
		all(e.Where)
	}
}

func partProps(part *PatternPart, all func(...Expr)) {
	for _, n := range part.Nodes {
		LabelOperands(n.Is, func(e Expr) { all(e) })
		all(n.Props, n.Where)
	}
	for _, r := range part.Rels {
		LabelOperands(r.Is, func(e Expr) { all(e) })
		all(r.Props, r.Where)
		if r.Repeat != nil {
			partProps(r.Repeat.Part, all)
			all(r.Repeat.Where)
		}
		if r.Search != nil {
			lambdas(r.Search, all)
		}
	}
	if part.Select != nil {
		all(part.Select.Count)
	}
	all(part.Where)
}

func lambdas(s *Search, all func(...Expr)) {
	for _, l := range []*Lambda{s.Weight, s.Filter} {
		if l != nil {
			all(l.X)
		}
	}
	all(s.Count)
}
