import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

export type LabPorts = Readonly<{ controller: number; accounting: number; rest: number; database: number; nodes: number }>
type Lab = Readonly<{ folder: string; cluster: string; racks: number; ports: LabPorts }>

const nodesInRack = 18
const two = (number: number): string => `${number}`.padStart(2, '0')
const rackName = (cluster: string, rack: number): string => `${cluster}-r${`${rack}`.padStart(3, '0')}`

/** The nodes of one rack, as `scontrol show hostnames` has them. */
export const nodesOfRack = (cluster: string, rack: number): string[] =>
  Array.from({ length: nodesInRack }, (_, i) => `${rackName(cluster, rack)}-n${two(i + 1)}`)

const hostlist = (cluster: string, rack: number): string => `${rackName(cluster, rack)}-n[01-${nodesInRack}]`

const accountingConf = ({ folder, ports }: Lab): string => `AuthType=auth/munge
AuthInfo=socket=${folder}/run/munge/munge.socket
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key=${folder}/jwt.key
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=${ports.accounting}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
PidFile=${folder}/run/slurmdbd.pid
LogFile=${folder}/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=${ports.database}
StorageUser=slurm
StoragePass=slurmlab
StorageLoc=slurm_acct_db
CommitDelay=1
`

// AccountingStoragePass is where the connection to slurmdbd finds munge: without it the usual socket is asked.
const clusterConf = ({ folder, cluster, ports }: Lab): string => `ClusterName=${cluster}
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${ports.controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/run/munge/munge.socket
CredType=cred/munge
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key=${folder}/jwt.key
CommunicationParameters=NoAddrCache,NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool/%n
SlurmctldPidFile=${folder}/run/slurmctld.pid
SlurmdPidFile=${folder}/run/slurmd-%n.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd-%n.log
MailProg=/bin/true
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0,bf_window=10080
PriorityType=priority/multifactor
PriorityWeightQOS=100000
PreemptType=preempt/qos
PreemptMode=REQUEUE
TopologyPlugin=topology/tree
GresTypes=gpu
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=${ports.accounting}
AccountingStoragePass=${folder}/run/munge/munge.socket
AccountingStorageTRES=gres/gpu,gres/gpu:gb300
AccountingStorageEnforce=associations,limits,qos
AccountingStoreFlags=job_comment
SlurmdParameters=config_overrides
KillWait=5
MinJobAge=60
`

const rackLines = ({ folder, cluster, ports }: Lab, rack: number) => {
  const name = hostlist(cluster, rack)
  const first = ports.nodes + nodesInRack * (rack - 1)
  const hardware = 'Sockets=2 CoresPerSocket=72 ThreadsPerCore=1 RealMemory=900000 Gres=gpu:gb300:4'
  const place = `NodeHostname=localhost NodeAddr=127.0.0.1 Port=[${first}-${first + nodesInRack - 1}]`
  return {
    node: `NodeName=${name} ${place} ${hardware} Feature=nvl72,rack${rack} State=UNKNOWN\n`,
    // A count without a file of the device is no GPU to Slurm.
    gpus: `NodeName=${name} Name=gpu Type=gb300 File=${folder}/fake/gpu[0-3]\n`,
    switch: `SwitchName=nvl${rack} Nodes=${name}\n`,
  }
}

/** Every file that a test cluster is configured by. */
export const labFiles = (lab: Lab): readonly Readonly<{ path: string; content: string | Buffer; mode: number }>[] => {
  const numbers = Array.from({ length: lab.racks }, (_, i) => i + 1)
  const lines = numbers.map((rack) => rackLines(lab, rack))
  const nodes = numbers.map((rack) => hostlist(lab.cluster, rack)).join(',')
  const spine = `SwitchName=spine Switches=${numbers.map((rack) => `nvl${rack}`).join(',')}\n`
  const partition = `PartitionName=batch Nodes=${nodes} Default=YES MaxTime=INFINITE State=UP TRESBillingWeights=gres/gpu=1.0,CPU=0.0\n`
  const file = (name: string, content: string | Buffer, mode = 0o644) => ({ path: join(lab.folder, name), content, mode })
  return [
    file('munge.key', randomBytes(1024), 0o600),
    file('jwt.key', randomBytes(32), 0o600),
    file('etc/slurmdbd.conf', accountingConf(lab), 0o600),
    file('etc/slurm.conf', `${clusterConf(lab)}${lines.map(({ node }) => node).join('')}${partition}`),
    file('etc/gres.conf', lines.map(({ gpus }) => gpus).join('')),
    file('etc/topology.conf', `${lines.map((each) => each.switch).join('')}${spine}`),
  ]
}
