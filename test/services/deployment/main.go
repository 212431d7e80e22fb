// Reads deployment files as the tools do that they are meant for, and prints as JSON what those understand.
//
//	deployment compose FILE       what `docker compose config` would make of it (compose-go, Compose's own loader)
//	deployment dockerfile FOLDER  the instructions of the Dockerfile, BuildKit's warnings, and the build context
//	deployment kustomize FOLDER   what `kubectl kustomize` would print (kustomize's own API), and
//	                              what the schemas of Kubernetes find wrong with it
//
// A file that such a tool would refuse ends it with 1, and the tool's own words.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: deployment compose|dockerfile|kustomize PATH"))
	}
	readers := map[string]func(string) (any, error){
		"compose":    readCompose,
		"dockerfile": readDockerfile,
		"kustomize":  readKustomization,
	}
	read, known := readers[os.Args[1]]
	if !known {
		fail(fmt.Errorf("no such word: %s", os.Args[1]))
	}
	understood, err := read(os.Args[2])
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(understood); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func readCompose(file string) (any, error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithProfiles([]string{"*"}))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

type instruction struct {
	Stage   string   `json:"stage"`
	Keyword string   `json:"keyword"`
	Flags   []string `json:"flags"`
	Words   []string `json:"words"`
	// Written as a JSON array: run as it is, without a shell.
	IsExec bool `json:"isExec"`
}

type dockerfile struct {
	Instructions []instruction `json:"instructions"`
	Warnings     []string      `json:"warnings"`
	// The files that .dockerignore lets through.
	Context []string `json:"context"`
}

func readDockerfile(folder string) (any, error) {
	source, err := os.Open(filepath.Join(folder, "Dockerfile"))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	parsed, err := parser.Parse(source)
	if err != nil {
		return nil, err
	}
	made := dockerfile{Warnings: []string{}}
	for _, warning := range parsed.Warnings {
		made.Warnings = append(made.Warnings, warning.Short)
	}
	warn := func(rule, _, _, message string, _ []parser.Range) {
		made.Warnings = append(made.Warnings, rule+": "+message)
	}
	if _, _, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{Warn: warn})); err != nil {
		return nil, err
	}
	stage := ""
	for _, node := range parsed.AST.Children {
		words := []string{}
		for next := node.Next; next != nil; next = next.Next {
			words = append(words, next.Value)
		}
		if node.Value == "FROM" || node.Value == "from" {
			stage = ""
			if len(words) == 3 {
				stage = words[2]
			}
		}
		made.Instructions = append(made.Instructions, instruction{
			stage, node.Value, append([]string{}, node.Flags...), words, node.Attributes["json"],
		})
	}
	made.Context, err = readContext(folder)
	return made, err
}

func readContext(folder string) ([]string, error) {
	ignored, err := os.Open(filepath.Join(folder, ".dockerignore"))
	if err != nil {
		return nil, err
	}
	defer ignored.Close()
	patterns, err := ignorefile.ReadAll(ignored)
	if err != nil {
		return nil, err
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	files := []string{}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil || name == "." {
			return err
		}
		// Where something below it may be let through all the same, a folder that is ignored is gone into.
		isIgnored, err := matcher.MatchesOrParentMatches(name)
		if err != nil {
			return err
		}
		if !entry.IsDir() && !isIgnored {
			files = append(files, name)
		}
		if entry.IsDir() && (name == ".git" || name == "node_modules") && isIgnored {
			return filepath.SkipDir
		}
		return nil
	})
	return files, err
}
