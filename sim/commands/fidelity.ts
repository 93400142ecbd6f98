/** What stands for what, and what the stand-in cannot show. The README's table is this one. */
export const fidelity = [
  {
    cloud: 'NLB + Lambda (cell router)',
    here: 'the router: a listener, a pure route function and a proxy',
    part: 'router/1 …',
    cannotShow: "the load balancer's own limits, cold starts, zones",
  },
  {
    cloud: 'DynamoDB (cell map)',
    here: 'the dynamodb program: conditional writes over SQLite',
    part: 'map',
    cannotShow: 'throttling, global tables, eventual reads',
  },
  {
    cloud: "the cloud's control plane: ECS services, placement, pipelines",
    here: 'control: keeps the count of tasks, places tenants, pushes the map, scales',
    part: 'control',
    cannotShow: 'minutes of provisioning, quotas, throttled APIs',
  },
  {
    cloud: 'ALB of a cell',
    here: "the router's proxy with a balancing policy over the web tasks",
    part: 'a/alb',
    cannotShow: 'several load-balancer nodes, TLS, connection draining by time',
  },
  {
    cloud: 'ECS Fargate service',
    here: 'identical tasks, each a process, or a container with its cpu and memory',
    part: 'a/web/1, a/worker/1, a/xl/1',
    cannotShow: 'isolation of cpu and memory between tasks that are processes',
  },
  {
    cloud: 'Aurora MySQL',
    here: 'SQLite behind a writer and a reader on one storage volume',
    part: 'a/aurora/1, a/aurora/2',
    cannotShow: 'six copies in three zones, MySQL itself, 30 to 60 s of failover',
  },
  {
    cloud: 'DynamoDB in the cell',
    here: "the dynamodb program: leases and attempts of running jobs, export manifests, tenants' quotas",
    part: 'a/dynamodb',
    cannotShow: 'throttling, partitions that run hot',
  },
  {
    cloud: 'SQS standard, XL and dead-letter queues',
    here: 'BullMQ on a queue engine of the cell (Redis, Valkey, or the embedded one)',
    part: 'a/sqs',
    cannotShow: 'a queue that never loses its data: the embedded engine comes back empty and is filled again',
  },
  {
    cloud: 'the network between them',
    here: 'links: one user-space TCP proxy process per cell',
    part: 'links/a (its links are targets: router->a)',
    cannotShow:
      'packets: a cut link accepts and stays silent, where a real one drops the SYN; a lost packet shows as lateness',
  },
  {
    cloud: 'CloudWatch, FIS',
    here: 'Petri itself: supervisor, recorder, faults',
    part: 'outside the simulated world',
    cannotShow: 'metrics that arrive late or not at all',
  },
  {
    cloud: 'a control plane that never rests',
    here: 'docker-compose.yml alone: what dies stays dead, and no XL worker comes, until petri attach',
    part: 'every container of the project',
    cannotShow: 'replacement, scaling, faults that end by themselves',
  },
] as const;
