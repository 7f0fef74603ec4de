package fidelity

import (
	"context"

	"fulcrum.dev/fulcrum/internal/catalog"
)

// Group is a group of rows.
type Group struct {
	// Name is its name in Options.Groups.
	Name string
	// Title and About say in plain words what is compared with what.
	Title, About string

	tasks func(group string, cat *catalog.Catalog) ([]task, error)
}

// Groups returns the groups in the order of their rows.
func Groups() []Group { return groups() }

// GroupNames returns the names of the groups.
func GroupNames() []string {
	var names []string
	for _, g := range groups() {
		names = append(names, g.Name)
	}
	return names
}

func groups() []Group {
	return []Group{
		{"mmc", "M/M/c", aboutMMc, simulated(mmc)},
		{"mmck", "M/M/c/K and Erlang's loss", aboutLoss, simulated(loss)},
		{"mg1", "M/G/1", aboutMG1, simulated(mg1)},
		{"sharing", "Processor sharing", aboutSharing, simulated(sharing)},
		{"set-up", "Servers with set-up", aboutSetUp, simulated(setUp)},
		{"keep-alive", "Environments that are kept", aboutKeepAlive, simulated(keepAlive)},
		{"hybrid", "A base with overflow", aboutHybrid, simulated(hybrid)},
		{"laws", "Laws", aboutLaws, laws},
		{"bills", "Bills", aboutBills, bills},
		{"ratios", "Price ratios", aboutRatios, ratios},
	}
}

// simulated makes a task of each experiment of a group.
func simulated(experiments func() ([]experiment, error)) func(string, *catalog.Catalog) ([]task, error) {
	return func(group string, _ *catalog.Catalog) ([]task, error) {
		list, err := experiments()
		if err != nil {
			return nil, err
		}
		var tasks []task
		for _, e := range list {
			tasks = append(tasks, task{group, func(ctx context.Context, opt Options) ([]Row, error) {
				return e.rows(ctx, group, opt)
			}})
		}
		return tasks, nil
	}
}

// counted makes one task of rows that need no experiment.
func counted(group string, rows func(ctx context.Context, opt Options) ([]Row, error)) []task {
	return []task{{group, rows}}
}
