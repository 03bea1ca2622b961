"""Structure learning in networks: several layers of patterns, in one direction or both."""

from sparsify.layers.layered_groups import NetworkGroups, check_network, group_network
from sparsify.layers.layered_optimizer import NetworkProxAdam
from sparsify.layers.layered_path import SmallNetwork, network_path
from sparsify.layers.layered_prune import PrunedNetwork, prune_classifier, prune_network, restore_network
from sparsify.layers.layered_survivors import network_survivors, network_transitions
from sparsify.layers.layered_trainer import NetworkPath, NetworkTrainer, network_accuracy

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
