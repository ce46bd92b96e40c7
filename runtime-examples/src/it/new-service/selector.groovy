// Offline, not all would be there that the build of a new application downloads.
return network != 'offline: true'
