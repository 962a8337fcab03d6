"""Playbooks of Ansible."""
