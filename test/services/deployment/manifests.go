package main

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// The release of Kubernetes whose schemas are used; `strict` refuses keys that it does not know.
const schemas = "kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict/"

type manifests struct {
	Objects []map[string]any `json:"objects"`
	Faults  []string         `json:"faults"`
}

func readKustomization(folder string) (any, error) {
	kustomizer := krusty.MakeKustomizer(krusty.MakeDefaultOptions())
	built, err := kustomizer.Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, err
	}
	validate, err := openSchemas()
	if err != nil {
		return nil, err
	}
	made := manifests{Objects: []map[string]any{}, Faults: []string{}}
	for _, resource := range built.Resources() {
		object, err := resource.Map()
		if err != nil {
			return nil, err
		}
		made.Objects = append(made.Objects, object)
		if err := validate(object); err != nil {
			made.Faults = append(made.Faults, fmt.Sprintf("%s %s: %s", resource.GetKind(), resource.GetName(), err))
		}
	}
	return made, nil
}

type archive struct{ files fs.FS }

// Load gives the schemas by the names with which they refer to each other.
func (a archive) Load(url string) (any, error) {
	file, err := a.files.Open(schemas + path.Base(url))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return jsonschema.UnmarshalJSON(file)
}

// openSchemas reads the ZIP file beside this program.
func openSchemas() (func(map[string]any) error, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	files, err := zip.OpenReader(filepath.Join(filepath.Dir(program), "kubernetes-schemas.zip"))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(archive{files})
	return func(object map[string]any) error {
		schema, err := compiler.Compile("file:///" + schemaOf(object))
		if err != nil {
			return err
		}
		return schema.Validate(object)
	}, nil
}

// schemaOf gives `deployment-apps-v1.json` for a Deployment of apps/v1: of a group its first word alone.
func schemaOf(object map[string]any) string {
	group, version, grouped := strings.Cut(fmt.Sprint(object["apiVersion"]), "/")
	words := []string{fmt.Sprint(object["kind"])}
	if grouped {
		words = append(words, strings.Split(group, ".")[0], version)
	} else {
		words = append(words, group)
	}
	return strings.ToLower(strings.Join(words, "-")) + ".json"
}
