-- What the connector meets in its first look.
CREATE DATABASE ddl;
CREATE DATABASE other CHARACTER SET latin1;
CREATE TABLE ddl.old (id INT PRIMARY KEY COMMENT 'its key', v VARCHAR(10) DEFAULT 'x') COMMENT 'was there before';
CREATE TABLE other.elsewhere (id INT PRIMARY KEY);
