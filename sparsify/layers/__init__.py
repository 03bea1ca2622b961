"""Structure learning in networks: several layers of patterns, in one direction or both."""

from sparsify.layers.network_groups import NetworkGroups, check_network, group_network
from sparsify.layers.network_optimizer import NetworkProxAdam
from sparsify.layers.network_path import SmallNetwork, network_path
from sparsify.layers.network_survivors import network_survivors, network_transitions
from sparsify.layers.network_trainer import NetworkPath, NetworkTrainer, network_accuracy
from sparsify.layers.prune_network import PrunedNetwork, prune_classifier, prune_network, restore_network

__all__ = [
    "NetworkGroups",
    "NetworkPath",
    "NetworkProxAdam",
    "NetworkTrainer",
    "PrunedNetwork",
    "SmallNetwork",
    "check_network",
    "group_network",
    "network_accuracy",
    "network_path",
    "network_survivors",
    "network_transitions",
    "prune_classifier",
    "prune_network",
    "restore_network",
]
