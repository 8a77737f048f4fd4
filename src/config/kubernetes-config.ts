/** What `lockstep manifests` puts into its output; docs/kubernetes.md explains it. */

export interface KubernetesConfig {}
