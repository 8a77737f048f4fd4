CREATE TABLE `networks` (`id` CHAR(36) NOT NULL);
